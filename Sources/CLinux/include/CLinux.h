// What belongs here: Linux system calls that Swift's Glibc module does not expose, because they are
// variadic or declared only under _GNU_SOURCE. Declarations and one-line wrappers only; the one
// call that needs a substitute has it in CLinux.c.
#ifndef CLINUX_H
#define CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <linux/fs.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/// openat(2) without C's variadic mode.
static inline int linux_openat(int directory, const char *path, int flags, mode_t mode) {
  return openat(directory, path, flags, mode);
}

/// Opens what lies below `directory`: no `..` out of it, no symbolic link anywhere (ELOOP). By
/// openat2(2), or in steps where that is not to be had: systemd's RestrictSUIDSGID= forbids it.
int linux_open_beneath(int directory, const char *path, int flags);

/// The same without openat2(2), one component after the other. Any `..` is refused (EXDEV).
int linux_open_in_steps(int directory, const char *path, int flags);

/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST rather than put one file over another.
static inline int linux_rename_noreplace(
    int from_directory, const char *from, int to_directory, const char *to) {
  return (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, RENAME_NOREPLACE);
}

/// renameat2(2) with RENAME_EXCHANGE: each of two files gets the other's name, in one step.
static inline int linux_rename_exchange(int directory, const char *one, const char *other) {
  return (int)syscall(SYS_renameat2, directory, one, directory, other, RENAME_EXCHANGE);
}

/// syncfs(2): writes out everything of the file system that an open file lies on.
static inline int linux_syncfs(int file) { return (int)syscall(SYS_syncfs, file); }

/// sync_file_range(2) over a whole file: writes out what is in memory only, and waits for it.
static inline int linux_write_out(int file) {
  return sync_file_range(
      file, 0, 0,
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

/// The same without waiting.
static inline int linux_begin_write_out(int file) {
  return sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
}

/// eventfd(2), non-blocking and closed on exec.
static inline int linux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// signalfd(2), non-blocking and closed on exec.
static inline int linux_signalfd(const sigset_t *signals) {
  return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The three below are system calls directly: <sys/xattr.h> declares `fd_set` in GNU form, which
// clashes with the one of Swift's Glibc module.

/// fgetxattr(2).
static inline ssize_t linux_get_attribute(int file, const char *name, void *value, size_t size) {
  return syscall(SYS_fgetxattr, file, name, value, size);
}

/// fsetxattr(2), creating or replacing.
static inline int linux_set_attribute(int file, const char *name, const void *value, size_t size) {
  return (int)syscall(SYS_fsetxattr, file, name, value, size, 0);
}

/// fremovexattr(2).
static inline int linux_remove_attribute(int file, const char *name) {
  return (int)syscall(SYS_fremovexattr, file, name);
}

/// Names the calling thread, for `ps -L` and debuggers; at most 15 bytes.
static inline int linux_name_thread(const char *name) {
  return pthread_setname_np(pthread_self(), name);
}

/// The calling thread's number, as `ps -L` shows it.
static inline int linux_thread_number(void) { return (int)syscall(SYS_gettid); }

/// MADV_COLLAPSE of madvise(2), since Linux 6.1; the C library of Debian 12 does not know it.
static const int LINUX_MADV_COLLAPSE = 25;

/// Returns unused heap to the kernel after a burst of work.
static inline void linux_malloc_trim(void) { malloc_trim(0); }

/// From now on blocks of this many bytes and more get pages of their own; see mallopt(3).
static inline void linux_malloc_map_from(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

#endif
