#!/usr/bin/env python3
"""A Python script that does what `hangtagd` does: watches STATE/inbox and sorts what arrives.

usage: watch.py STATE MODEL

Uses watchdog's events for closed and renamed files, one worker thread and a commit a photo. Says
READY=1 to $NOTIFY_SOCKET, as a systemd service does.
"""
import os
import queue
import socket
import sys

from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer

import photos


class Arrivals(FileSystemEventHandler):
    def __init__(self):
        self.paths = queue.SimpleQueue()

    def on_closed(self, event):
        if not event.is_directory:
            self.paths.put(event.src_path)

    def on_moved(self, event):
        if not event.is_directory:
            self.paths.put(event.dest_path)


def main():
    state, model = sys.argv[1:]
    os.makedirs(f"{state}/inbox", exist_ok=True)
    record = photos.Record(state)
    run = photos.network("onnxruntime", model)
    arrivals = Arrivals()
    observer = Observer()
    observer.schedule(arrivals, f"{state}/inbox", recursive=True)
    observer.start()
    if address := os.environ.get("NOTIFY_SOCKET"):
        # A name that begins with @ is abstract.
        address = "\0" + address[1:] if address.startswith("@") else address
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", address)
    while True:
        record.commit([photos.classify(arrivals.paths.get(), run)])


main()
