// What decoding in a sandboxed child would cost a photo: the same JPEG is decoded in the process, in
// one child that stays (bytes and pixels in shared memory, a byte through a pipe each way), and in a
// child forked for each photo. The children have seccomp: memory, pipes they hold, and the end.
// etc/PROMISES.md says what was measured and decided.
//
//     cc -O2 -o sandbox_cost sandbox_cost.c -ljpeg && ./sandbox_cost PHOTO.jpg [MEGABYTES]
//
// MEGABYTES of touched memory stand for the daemon's own, which a fork must map again.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jpeglib.h>

enum { ROUNDS = 300, SHARED = 32 << 20 };

static uint8_t *photo, *shared;
static size_t photo_size;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/// As Hangtag does: at the smallest scale that leaves 224 pixels.
static void decode(const uint8_t *bytes, size_t size, uint8_t *rgb) {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, size);
  jpeg_read_header(&info, TRUE);
  info.scale_denom = 8;
  unsigned edge = info.image_width > info.image_height ? info.image_width : info.image_height;
  for (info.scale_num = 1; edge * info.scale_num / 8 < 224 && info.scale_num < 8;) info.scale_num++;
  info.out_color_space = JCS_RGB;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = rgb + (size_t)info.output_scanline * info.output_width * 3;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_destroy_decompress(&info);
}

static void lock_in(void) {
#define ALLOW(call) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    ALLOW(read), ALLOW(write), ALLOW(brk), ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(futex),
    ALLOW(exit_group), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
  struct rlimit memory = {1u << 30, 1u << 30};
  setrlimit(RLIMIT_AS, &memory);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, 2, &program) != 0) {
    perror("seccomp");
    _exit(1);
  }
}

static void in_process(void) { decode(photo, photo_size, shared + (SHARED / 2)); }

static int to_child[2], from_child[2];

static void in_resident_child(void) {
  memcpy(shared, photo, photo_size);
  if (write(to_child[1], "x", 1) != 1 || read(from_child[0], &(char){0}, 1) != 1) _exit(1);
}

static void in_own_child(void) {
  pid_t child = fork();
  if (child == 0) {
    lock_in();
    decode(photo, photo_size, shared + SHARED / 2);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  if (status != 0) _exit(1);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **arguments) {
  if (count < 2) return 64;
  int file = open(arguments[1], O_RDONLY);
  photo_size = (size_t)lseek(file, 0, SEEK_END);
  photo = malloc(photo_size);
  if (pread(file, photo, photo_size, 0) != (ssize_t)photo_size) return 1;
  size_t own = (size_t)(count > 2 ? atoi(arguments[2]) : 30) << 20;
  memset(malloc(own), 1, own);
  shared = mmap(NULL, SHARED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (pipe(to_child) != 0 || pipe(from_child) != 0) return 1;
  if (fork() == 0) {
    close(to_child[1]);
    lock_in();
    char byte;
    while (read(to_child[0], &byte, 1) == 1) {
      decode(shared, photo_size, shared + SHARED / 2);
      if (write(from_child[1], "x", 1) != 1) break;
    }
    _exit(0);
  }
  struct { const char *name; void (*run)(void); double times[ROUNDS]; } ways[] = {
    {"in the process", in_process, {0}}, {"in one child that stays", in_resident_child, {0}},
    {"in a child of its own", in_own_child, {0}},
  };
  for (int round = 0; round < ROUNDS; round++) {
    for (int way = 0; way < 3; way++) {
      double begun = seconds();
      ways[way].run();
      ways[way].times[round] = (seconds() - begun) * 1e3;
    }
  }
  for (int way = 0; way < 3; way++) {
    qsort(ways[way].times, ROUNDS, sizeof(double), compare);
    printf("%-24s median %.3f ms, lowest %.3f ms\n", ways[way].name, ways[way].times[ROUNDS / 2],
      ways[way].times[0]);
  }
}
