#!/usr/bin/env python3
"""A Python script that does what `hangtagd --once` does: sorts the photos in STATE/inbox.

usage: once.py STATE MODEL [--engine onnxruntime|torch] [--pool threads|processes] [--workers N]
"""
import argparse
import multiprocessing
import os
import queue
import threading

import photos

GROUP = 128


def threads(names, arguments):
    """Two threads: Pillow, hashlib and onnxruntime let go of the interpreter's lock."""
    waiting, done = queue.SimpleQueue(), queue.SimpleQueue()
    for name in names + [None] * arguments.workers:
        waiting.put(name)
    # One session for all: onnxruntime's may be called from many threads.
    run = photos.network(arguments.engine, arguments.model)

    def loop():
        while (name := waiting.get()) is not None:
            done.put(photos.classify(f"{arguments.state}/inbox/{name}", run))

    for _ in range(arguments.workers):
        threading.Thread(target=loop, daemon=True).start()
    left = len(names)
    while left > 0:
        group = [done.get()]
        while len(group) < GROUP and not done.empty():
            group.append(done.get())
        yield group
        left -= len(group)


def start_process(arguments):
    global process_network, process_state
    process_network = photos.network(arguments.engine, arguments.model)
    process_state = arguments.state


def in_process(name):
    return photos.classify(f"{process_state}/inbox/{name}", process_network)


def processes(names, arguments):
    context = multiprocessing.get_context("fork")
    with context.Pool(arguments.workers, start_process, (arguments,)) as pool:
        group = []
        for entry in pool.imap_unordered(in_process, names, chunksize=8):
            group.append(entry)
            if len(group) >= 16:
                yield group
                group = []
        if group:
            yield group


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("state")
    parser.add_argument("model")
    parser.add_argument("--engine", choices=["onnxruntime", "torch"], default="onnxruntime")
    parser.add_argument("--pool", choices=["threads", "processes"], default="threads")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    record = photos.Record(arguments.state)
    names = [entry.name for entry in os.scandir(f"{arguments.state}/inbox") if entry.is_file()]
    pool = threads if arguments.pool == "threads" else processes
    for group in pool(names, arguments):
        record.commit(group)


main()
