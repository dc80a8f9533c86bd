#include "CLinux.h"

#include <errno.h>
#include <linux/openat2.h>
#include <string.h>

int linux_open_beneath(int directory, const char *path, int flags) {
  struct open_how how = {
      .flags = (uint64_t)flags,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  int opened = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
  return opened < 0 && errno == ENOSYS ? linux_open_in_steps(directory, path, flags) : opened;
}

/// Opens one component. A symbolic link is ELOOP also where a directory was asked for, for which
/// openat(2) says ENOTDIR.
static int open_component(int directory, const char *name, int flags) {
  int opened = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  if (opened < 0 && errno == ENOTDIR) {
    int is_link = fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISLNK(status.st_mode);
    errno = is_link ? ELOOP : ENOTDIR;
  }
  return opened;
}

int linux_open_in_steps(int directory, const char *path, int flags) {
  if (*path == '/') return errno = EXDEV, -1;
  if (*path == 0) return errno = ENOENT, -1;
  int current = directory;
  for (;;) {
    char name[256];
    size_t length = strcspn(path, "/");
    const char *rest = path + length + strspn(path + length, "/");
    int opened = -1;
    if (length >= sizeof name) {
      errno = ENAMETOOLONG;
    } else {
      memcpy(name, path, length);
      name[length] = 0;
      int is_last = *rest == 0;
      // A slash behind the last name asks for a directory.
      int wanted = is_last ? flags | (path[length] ? O_DIRECTORY : 0) : O_PATH | O_DIRECTORY;
      if (strcmp(name, "..") == 0) {
        errno = EXDEV;
      } else {
        opened = open_component(current, name, wanted);
      }
    }
    int reason = errno;
    if (current != directory) close(current);
    errno = reason;
    if (opened < 0 || *rest == 0) return opened;
    current = opened;
    path = rest;
  }
}
