// Stands between hangtagd and libc (LD_PRELOAD). It counts the calls that change the disk below one
// folder, and strikes at one of them: kills the process before or after it, lets it fail, lets it
// succeed and reports a failure, or writes only half. It can write a trace of all changes, from
// which a power loss is replayed; set the clock back; keep inotify's events away; and crash or hang
// in libjpeg over a photo that asks for it.
//
// Why a preloaded library: strace's injection cannot write half a buffer nor report a failure of a
// call that was made, takes a ptrace stop for every call, and needs rights that a container may not
// have; a hook compiled into the daemon would test another program than the one that is installed.
// That nothing goes past the library is checked with strace (`torture.py coverage`).
//
// All settings come from the environment, as TORTURE_...: see `settings`.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <jpeglib.h>

#define REAL(name) ((__typeof__(&name))real(&real_##name, #name))
#define DECLARE(name) static void *real_##name

static void *real(void **slot, const char *name) {
  if (*slot == NULL) *slot = dlsym(RTLD_NEXT, name);
  return *slot;
}

// MARK: - Settings and what is told to the harness

enum blow { NONE, KILL_BEFORE, KILL_AFTER, FAIL, FAIL_AFTER, SHORT };

/// Shared with the harness, which outlives a killed process.
struct page {
  /// Calls counted.
  uint64_t count;
  /// How often a call was struck at.
  uint64_t struck;
  /// Syncs of a file after one that failed, which prove nothing.
  uint64_t syncs_after_failure;
  /// The first call that was struck at, and its path below the root.
  char call[24];
  char path[488];
};

static struct {
  bool is_on;
  /// Only calls on paths below this folder count. TORTURE_ROOT
  char root[PATH_MAX];
  size_t root_length;
  /// TORTURE_BLOW, TORTURE_ERRNO
  enum blow blow;
  int error;
  /// The numbers of the first and the last call to strike at. TORTURE_AT, TORTURE_UNTIL
  uint64_t at, until;
  /// Whether calls that only look are counted as well. TORTURE_LOOKS
  bool counts_looks;
  /// Only calls of this name are counted. TORTURE_ONLY
  const char *only;
  /// TORTURE_TRACE
  int trace;
  /// Seconds to add to the wall clock. TORTURE_CLOCK
  long clock;
  /// Whether inotify tells nothing. TORTURE_DEAF
  bool is_deaf;
  /// Whether the file system is one that the daemon does not sync as a whole. TORTURE_ALONE
  bool syncs_alone;
} settings;

static struct page no_page;
static struct page *page = &no_page;

static enum blow blow_named(const char *name) {
  static const char *names[] = {"none", "kill-before", "kill-after", "fail", "fail-after", "short"};
  for (int i = 0; name != NULL && i < 6; i++) {
    if (strcmp(names[i], name) == 0) return (enum blow)i;
  }
  return NONE;
}

static uint64_t number(const char *name, uint64_t missing) {
  const char *text = getenv(name);
  return text == NULL ? missing : strtoull(text, NULL, 10);
}

__attribute__((constructor)) static void set_up(void) {
  const char *clock = getenv("TORTURE_CLOCK");
  settings.clock = clock == NULL ? 0 : atol(clock);
  settings.is_deaf = getenv("TORTURE_DEAF") != NULL;
  settings.trace = -1;
  const char *root = getenv("TORTURE_ROOT");
  if (root == NULL) return;
  snprintf(settings.root, sizeof settings.root, "%s", root);
  settings.root_length = strlen(settings.root);
  settings.blow = blow_named(getenv("TORTURE_BLOW"));
  settings.error = (int)number("TORTURE_ERRNO", EIO);
  settings.at = number("TORTURE_AT", 0);
  settings.until = number("TORTURE_UNTIL", settings.at);
  settings.counts_looks = getenv("TORTURE_LOOKS") != NULL;
  settings.only = getenv("TORTURE_ONLY");
  settings.syncs_alone = getenv("TORTURE_ALONE") != NULL;
  const char *shared = getenv("TORTURE_PAGE");
  if (shared != NULL) {
    int file = (int)syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || syscall(SYS_ftruncate, file, sizeof *page) != 0) _exit(99);
    void *memory = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) _exit(99);
    page = memory;
    syscall(SYS_close, file);
  }
  const char *trace = getenv("TORTURE_TRACE");
  if (trace != NULL) {
    settings.trace = (int)syscall(
      SYS_openat, AT_FDCWD, trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  settings.is_on = true;
}

// MARK: - Paths

/// The path of an open file; empty where there is none.
static void path_of(int file, char out[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t count = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 1);
  out[count < 0 ? 0 : count] = 0;
}

/// The path that a call on `name` in `directory` means. The daemon uses no `..`.
static void path_at(int directory, const char *name, char out[PATH_MAX]) {
  if (name[0] == '/') {
    snprintf(out, PATH_MAX, "%s", name);
    return;
  }
  if (directory == AT_FDCWD) {
    if (syscall(SYS_getcwd, out, PATH_MAX) < 0) out[0] = 0;
  } else {
    path_of(directory, out);
  }
  size_t length = strlen(out);
  if (strcmp(name, ".") != 0) snprintf(out + length, PATH_MAX - length, "/%s", name);
}

/// The part below the root; NULL for a path elsewhere.
static const char *below_root(const char *path) {
  if (!settings.is_on || strncmp(path, settings.root, settings.root_length) != 0) return NULL;
  const char *rest = path + settings.root_length;
  if (rest[0] == 0) return rest;
  return rest[0] == '/' ? rest + 1 : NULL;
}

// MARK: - The trace

static char trace_buffer[4 << 20];

static size_t put_hex(size_t at, const void *bytes, size_t count) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < count && at + 2 < sizeof trace_buffer - 2; i++) {
    trace_buffer[at++] = digits[((const uint8_t *)bytes)[i] >> 4];
    trace_buffer[at++] = digits[((const uint8_t *)bytes)[i] & 15];
  }
  return at;
}

/// One line: call, path, second path, number, data; all but the call and the number in hexadecimal.
static void trace(
  const char *call, const char *path, const char *second, int64_t value, const void *data,
  size_t count) {
  if (settings.trace < 0) return;
  size_t at = (size_t)snprintf(trace_buffer, 64, "%s\t", call);
  at = put_hex(at, path, strlen(path));
  trace_buffer[at++] = '\t';
  at = put_hex(at, second, strlen(second));
  at += (size_t)snprintf(trace_buffer + at, 32, "\t%lld\t", (long long)value);
  at = put_hex(at, data, count);
  trace_buffer[at++] = '\n';
  syscall(SYS_write, settings.trace, trace_buffer, at);
}

// MARK: - Striking

/// One call at a time, so that "after the n-th" means the same for all threads.
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static _Noreturn void die(void) {
  syscall(SYS_kill, (pid_t)syscall(SYS_getpid), SIGKILL);
  for (;;) pause();
}

/// A call below the root begins. Takes the turn, which `end` gives back.
/// - Returns: what is to be done with it.
static enum blow begin(const char *call, const char *path, bool is_look) {
  pthread_mutex_lock(&turn);
  if (is_look && !settings.counts_looks) return NONE;
  if (settings.only != NULL && strcmp(settings.only, call) != 0) return NONE;
  uint64_t count = ++page->count;
  if (settings.blow == NONE || count < settings.at || count > settings.until) return NONE;
  if (page->struck++ == 0) {
    snprintf(page->call, sizeof page->call, "%s", call);
    snprintf(page->path, sizeof page->path, "%s", path);
  }
  if (settings.blow == KILL_BEFORE) die();
  return settings.blow;
}

/// Ends a call that was made.
/// - Returns: what the daemon is told.
static long end(enum blow blow, long result, int error) {
  if (blow == KILL_AFTER) die();
  pthread_mutex_unlock(&turn);
  errno = error;
  if (blow == FAIL_AFTER && result >= 0) {
    errno = settings.error;
    return -1;
  }
  return result;
}

/// Ends a call that was not made.
static long refuse(void) {
  pthread_mutex_unlock(&turn);
  errno = settings.error;
  return -1;
}

/// A call that changes names: struck at, made, traced.
#define CHANGE(call_name, shown, traced, made)                      \
  do {                                                              \
    enum blow blow = begin(call_name, shown, false);                \
    if (blow == FAIL || blow == SHORT) return (int)refuse();        \
    long result = (made);                                           \
    int error = errno;                                              \
    if (result >= 0) traced;                                        \
    return (int)end(blow, result, error);                           \
  } while (0)

/// A call that only looks.
#define LOOK(call_name, shown, made)                                \
  do {                                                              \
    enum blow blow = begin(call_name, shown, true);                 \
    if (blow == FAIL || blow == SHORT) return (int)refuse();        \
    long result = (made);                                           \
    return (int)end(blow, result, errno);                           \
  } while (0)

// MARK: - Names

DECLARE(mkdirat);
int mkdirat(int directory, const char *name, mode_t mode) {
  char path[PATH_MAX];
  path_at(directory, name, path);
  const char *shown = below_root(path);
  if (shown == NULL) return REAL(mkdirat)(directory, name, mode);
  CHANGE(
    "mkdir", shown, trace("mkdir", shown, "", 0, "", 0), REAL(mkdirat)(directory, name, mode));
}

DECLARE(unlinkat);
int unlinkat(int directory, const char *name, int flags) {
  char path[PATH_MAX];
  path_at(directory, name, path);
  const char *shown = below_root(path);
  if (shown == NULL) return REAL(unlinkat)(directory, name, flags);
  const char *call = flags & AT_REMOVEDIR ? "rmdir" : "unlink";
  CHANGE(
    call, shown, trace(call, shown, "", 0, "", 0), REAL(unlinkat)(directory, name, flags));
}

DECLARE(linkat);
int linkat(int from, const char *old, int to, const char *new, int flags) {
  char path[PATH_MAX], second[PATH_MAX];
  path_at(from, old, path);
  path_at(to, new, second);
  const char *shown = below_root(path), *shown_second = below_root(second);
  if (shown == NULL || shown_second == NULL) return REAL(linkat)(from, old, to, new, flags);
  CHANGE(
    "link", shown_second, trace("link", shown, shown_second, 0, "", 0),
    REAL(linkat)(from, old, to, new, flags));
}

DECLARE(renameat);
DECLARE(syscall);

static int change_name(int from, const char *old, int to, const char *new, bool replaces) {
  char path[PATH_MAX], second[PATH_MAX];
  path_at(from, old, path);
  path_at(to, new, second);
  const char *shown = below_root(path), *shown_second = below_root(second);
#define MADE                                                                              \
  replaces ? REAL(renameat)(from, old, to, new)                                           \
           : REAL(syscall)(SYS_renameat2, from, old, to, new, 1 /* RENAME_NOREPLACE */)
  if (shown == NULL || shown_second == NULL) return (int)(MADE);
  CHANGE("rename", shown_second, trace("rename", shown, shown_second, 0, "", 0), MADE);
}

int renameat(int from, const char *old, int to, const char *new) {
  return change_name(from, old, to, new, true);
}

// MARK: - Opening

static int open_with(
  int directory, const char *name, int flags, mode_t mode, int (*made)(int, const char *, int, mode_t)) {
  char path[PATH_MAX];
  path_at(directory, name, path);
  const char *shown = below_root(path);
  if (shown == NULL) return made(directory, name, flags, mode);
  bool creates =
    (flags & O_CREAT) && syscall(SYS_faccessat, directory, name, F_OK) != 0;
  if (!creates) LOOK("open", shown, made(directory, name, flags, mode));
  CHANGE(
    "create", shown, trace("create", shown, "", 0, "", 0), made(directory, name, flags, mode));
}

DECLARE(openat);
static int made_openat(int directory, const char *name, int flags, mode_t mode) {
  return REAL(openat)(directory, name, flags, mode);
}

int openat(int directory, const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_with(directory, name, flags, mode, made_openat);
}

// MARK: - Content

DECLARE(write);
ssize_t write(int file, const void *bytes, size_t count) {
  char path[PATH_MAX];
  if (settings.is_on) path_of(file, path);
  const char *shown = settings.is_on ? below_root(path) : NULL;
  if (shown == NULL) return REAL(write)(file, bytes, count);
  enum blow blow = begin("write", shown, false);
  if (blow == FAIL) return refuse();
  if (blow == SHORT && count > 1) count /= 2;
  off_t position = lseek(file, 0, SEEK_CUR);
  ssize_t result = REAL(write)(file, bytes, count);
  int error = errno;
  if (result > 0) trace("write", shown, "", position, bytes, (size_t)result);
  return end(blow, result, error);
}

DECLARE(ftruncate);
int ftruncate(int file, off_t size) {
  char path[PATH_MAX];
  path_of(file, path);
  const char *shown = below_root(path);
  if (shown == NULL) return REAL(ftruncate)(file, size);
  CHANGE(
    "truncate", shown, trace("truncate", shown, "", size, "", 0), REAL(ftruncate)(file, size));
}

// MARK: - Syncs

/// Files whose sync has failed, by inode. A few at most: one a strike.
static struct { dev_t device; ino_t inode; } failed_syncs[64];
static unsigned failed_sync_count;

static int sync_with(int file, const char *call, const char *traced_as, int (*made)(int)) {
  char path[PATH_MAX];
  path_of(file, path);
  const char *shown = below_root(path);
  if (shown == NULL) return made(file);
  struct stat status;
  bool is_file = syscall(SYS_fstat, file, &status) == 0 && S_ISREG(status.st_mode);
  enum blow blow = begin(call, shown, false);
  for (unsigned i = 0; is_file && i < failed_sync_count; i++) {
    if (failed_syncs[i].device == status.st_dev && failed_syncs[i].inode == status.st_ino) {
      page->syncs_after_failure++;
    }
  }
  if (is_file && (blow == FAIL || blow == FAIL_AFTER || blow == SHORT) && failed_sync_count < 64) {
    failed_syncs[failed_sync_count].device = status.st_dev;
    failed_syncs[failed_sync_count++].inode = status.st_ino;
  }
  if (blow == FAIL || blow == SHORT) return (int)refuse();
  int result = made(file);
  int error = errno;
  if (result >= 0) trace(traced_as, shown, "", 0, "", 0);
  return (int)end(blow, result, error);
}

DECLARE(fsync);
DECLARE(fdatasync);
static int made_fsync(int file) { return REAL(fsync)(file); }
static int made_fdatasync(int file) { return REAL(fdatasync)(file); }
int fsync(int file) { return sync_with(file, "fsync", "sync", made_fsync); }
int fdatasync(int file) { return sync_with(file, "fdatasync", "sync", made_fdatasync); }

/// Makes nothing durable, and so counts for nothing in the replay; but it can fail as a sync can.
DECLARE(sync_file_range);
static __thread struct { off64_t offset, count; unsigned flags; } written_range;
static int made_write_out(int file) {
  return REAL(sync_file_range)(
    file, written_range.offset, written_range.count, written_range.flags);
}
int sync_file_range(int file, off64_t offset, off64_t count, unsigned flags) {
  written_range.offset = offset, written_range.count = count, written_range.flags = flags;
  return sync_with(file, "sync_file_range", "write-out", made_write_out);
}

// MARK: - System calls without a function of their own

static int change_attribute(int file, long number, long a, long b, long c, long d) {
  char path[PATH_MAX];
  path_of(file, path);
  const char *shown = below_root(path);
  if (shown == NULL) return (int)REAL(syscall)(number, file, a, b, c, d);
  CHANGE("setxattr", shown, (void)0, REAL(syscall)(number, file, a, b, c, d));
}

static int sync_file_system(int file) {
  char path[PATH_MAX];
  path_of(file, path);
  const char *shown = below_root(path);
  if (shown == NULL) return (int)REAL(syscall)(SYS_syncfs, file);
  // The machine's other file systems' business is none of a test's: nothing is really written out.
  CHANGE("syncfs", shown, trace("syncfs", shown, "", 0, "", 0), 0);
}

static int open_beneath(int directory, const char *name, long how, long size) {
  char path[PATH_MAX];
  path_at(directory, name, path);
  const char *shown = below_root(path);
  if (shown == NULL) return (int)REAL(syscall)(SYS_openat2, directory, name, how, size);
  LOOK("open", shown, REAL(syscall)(SYS_openat2, directory, name, how, size));
}

long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  if (settings.is_on) {
    switch (number) {
      case SYS_renameat2:
        return change_name((int)a, (const char *)b, (int)c, (const char *)d, false);
      case SYS_syncfs: return sync_file_system((int)a);
      case SYS_openat2: return open_beneath((int)a, (const char *)b, c, d);
      case SYS_fsetxattr:
      case SYS_fremovexattr: return change_attribute((int)a, number, b, c, d, e);
      default: break;
    }
  }
  return REAL(syscall)(number, a, b, c, d, e, f);
}

// MARK: - Looks

DECLARE(pread);
ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  char path[PATH_MAX];
  if (settings.is_on) path_of(file, path);
  const char *shown = settings.is_on ? below_root(path) : NULL;
  if (shown == NULL) return REAL(pread)(file, bytes, count, offset);
  enum blow blow = begin("read", shown, true);
  if (blow == FAIL) return refuse();
  if (blow == SHORT && count > 1) count /= 2;
  ssize_t result = REAL(pread)(file, bytes, count, offset);
  return end(blow, result, errno);
}

/// Where the states lie in memory, the daemon is told that it is ext4, which it syncs for many photos
/// at once; or a file system that it does not know, on which it syncs each alone.
DECLARE(fstatfs);
int fstatfs(int file, struct statfs *facts) {
  int result = REAL(fstatfs)(file, facts);
  if (settings.is_on && result == 0) facts->f_type = settings.syncs_alone ? 0 : 0xef53;
  return result;
}

DECLARE(fstat);
int fstat(int file, struct stat *status) {
  char path[PATH_MAX];
  if (settings.is_on) path_of(file, path);
  const char *shown = settings.is_on ? below_root(path) : NULL;
  if (shown == NULL) return REAL(fstat)(file, status);
  LOOK("stat", shown, REAL(fstat)(file, status));
}

DECLARE(fstatat);
int fstatat(int directory, const char *name, struct stat *status, int flags) {
  char path[PATH_MAX];
  if (settings.is_on) path_at(directory, name, path);
  const char *shown = settings.is_on ? below_root(path) : NULL;
  if (shown == NULL) return REAL(fstatat)(directory, name, status, flags);
  LOOK("stat", shown, REAL(fstatat)(directory, name, status, flags));
}

DECLARE(readdir);
struct dirent *readdir(DIR *stream) {
  char path[PATH_MAX];
  if (settings.is_on) path_of(dirfd(stream), path);
  const char *shown = settings.is_on ? below_root(path) : NULL;
  if (shown == NULL) return REAL(readdir)(stream);
  enum blow blow = begin("list", shown, true);
  if (blow != NONE) {
    refuse();
    return NULL;
  }
  struct dirent *result = REAL(readdir)(stream);
  pthread_mutex_unlock(&turn);
  return result;
}

// MARK: - Time and events

DECLARE(clock_gettime);
int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = REAL(clock_gettime)(clock, time);
  if (clock == CLOCK_REALTIME && result == 0) time->tv_sec += settings.clock;
  return result;
}

DECLARE(inotify_add_watch);
int inotify_add_watch(int queue, const char *path, uint32_t mask) {
  // As on a file system that other machines change: the watch is granted, and nothing comes of it.
  uint32_t asked = settings.is_deaf ? IN_UNMOUNT | IN_ONLYDIR : mask;
  return REAL(inotify_add_watch)(queue, path, asked);
}

// MARK: - Poison

DECLARE(jpeg_read_header);
int jpeg_read_header(j_decompress_ptr info, boolean requires_image) {
  const void *bytes = info->src->next_input_byte;
  size_t count = info->src->bytes_in_buffer;
  if (memmem(bytes, count, "TORTURE-CRASH", 13) != NULL) raise(SIGSEGV);
  if (memmem(bytes, count, "TORTURE-HANG", 12) != NULL) {
    for (;;) pause();
  }
  return REAL(jpeg_read_header)(info, requires_image);
}
