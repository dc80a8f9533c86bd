#!/usr/bin/env python3
"""Stops one thread of a process, by its name, until standard input ends: a thread that hangs.

usage: freeze.py PROCESS THREAD

Prints "frozen" once the thread stands still. Needs the right to trace the process (ptrace(2)).
"""
import ctypes
import os
import sys
import time

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
WAIT_ALL = 0x40000000


def thread_called(name, process):
    """The thread's number; it may not have its name yet, and others may end meanwhile."""
    tasks = f"/proc/{process}/task"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for task in os.listdir(tasks):
            try:
                with open(f"{tasks}/{task}/comm") as comm:
                    if comm.read().strip() == name:
                        return int(task)
            except (FileNotFoundError, ProcessLookupError):
                continue
        time.sleep(0.01)
    sys.exit(f"there is no thread {name}")


def main():
    process, name = sys.argv[1:]
    thread = thread_called(name, process)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    for request in (SEIZE, INTERRUPT):
        if libc.ptrace(request, thread, None, None) != 0:
            sys.exit(f"ptrace: {os.strerror(ctypes.get_errno())}")
    os.waitpid(thread, WAIT_ALL)
    print("frozen", flush=True)
    sys.stdin.read()
    libc.ptrace(DETACH, thread, None, None)


main()
