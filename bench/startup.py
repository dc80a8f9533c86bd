#!/usr/bin/env python3
"""Measures a daemon that has nothing to do: time from its start to READY, memory, wake-ups.

usage: startup.py HANGTAGD MODEL [--rounds N] [--idle SECONDS]
"""
import argparse
import os
import socket
import statistics
import subprocess
import tempfile
import time


def start(program, model, folder):
    """Starts the daemon. Returns it, and the milliseconds until it said READY=1."""
    path = os.path.join(folder, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        # A daemon that ends instead says nothing.
        notify.settimeout(60)
        begun = time.monotonic()
        daemon = subprocess.Popen(
            [program, "--state-directory", os.path.join(folder, "state"), "--model", model],
            env={"NOTIFY_SOCKET": path}, stderr=subprocess.DEVNULL)
        while "READY=1" not in notify.recv(8192).decode():
            pass
        elapsed = (time.monotonic() - begun) * 1000
    os.unlink(path)
    return daemon, elapsed


def status(process, key):
    with open(f"/proc/{process}/status") as file:
        return int(next(line for line in file if line.startswith(key)).split()[1])


def wakeups(process):
    """How often its threads have gone to sleep so far, and so woken up."""
    return sum(status(f"{process}/task/{task}", "voluntary_ctxt_switches")
               for task in os.listdir(f"/proc/{process}/task"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--idle", type=float, default=60)
    options = parser.parse_args()
    model = os.path.abspath(options.model)
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for round in range(options.rounds):
            daemon, elapsed = start(options.program, model, folder)
            times.append(elapsed)
            if round + 1 < options.rounds:
                daemon.terminate()
                daemon.wait()
        time.sleep(5)
        before = wakeups(daemon.pid)
        time.sleep(options.idle)
        rate = (wakeups(daemon.pid) - before) / options.idle
        resident = status(daemon.pid, "VmRSS") / 1024
        daemon.terminate()
        daemon.wait()
    print(f"start to READY, {options.rounds} rounds: median {statistics.median(times):.0f} ms, "
          f"{min(times):.0f} to {max(times):.0f}")
    print(f"resident memory when idle: {resident:.1f} MiB")
    print(f"wake-ups when idle: {rate:.2f} a second")


main()
