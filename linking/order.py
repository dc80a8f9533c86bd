#!/usr/bin/env python3
"""Lists the functions that the daemon runs, for the linker to put them side by side.

Run by `make order`, which needs Debian's valgrind. The kernel brings a program into memory in
windows of 64 KB. Of 11 MB of code a daemon needs 1.1 MB; where the linker puts that as it comes,
nearly two thirds of all windows are needed, and 2 MB more are resident.

A daemon under Callgrind sorts photos of all kinds: some that come while it runs, then, started
again in the same folder, some that wait. A name on the list that the program no longer has does no
harm, and a function that is not on it costs at most a window. So the list need not be made anew
with each change. Of a loop that is compiled for several instruction sets all forms are listed, not
only this machine's. Valgrind complains that it does not know openat2(2); the daemon does without.
"""
import argparse
import glob
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(HERE)
LIST = os.path.join(HERE, "functions.txt")
WORKLOADS = {"baseline": 3, "progressive": 3, "png": 3, "small": 6}
# With more of the list gone, it is time for a new one.
LARGEST_SHARE_GONE = 0.2
# With fewer names, something is wrong with valgrind or with this program.
FEWEST_NAMES = 1000
SECONDS_TO_WAIT = 300


def make_photos(bench, folder):
    for workload, count in WORKLOADS.items():
        made = os.path.join(folder, workload)
        subprocess.run([bench, "photos", workload, str(count), made], check=True)
        for name in sorted(os.listdir(made)):
            yield f"{workload}-{name}", os.path.join(made, name)
    with open(os.path.join(folder, "bad.jpg"), "wb") as file:
        file.write(b"\xff\xd8\xff\xe0 no photo")
    yield "bad.jpg", file.name


def waiting(inbox):
    return [name for name in os.listdir(inbox) if not name.startswith(".")]


def serve(program, state, profile, arrivals):
    """Runs a daemon until it has sorted what waits and what arrives."""
    ready = os.path.join(os.path.dirname(profile), "notify")
    inbox = os.path.join(state, "inbox")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.bind(ready)
        notices.settimeout(1)
        daemon = subprocess.Popen(
            ["valgrind", "--quiet", "--tool=callgrind", "--demangle=no", "--compress-strings=no",
             f"--callgrind-out-file={profile}", program, "--state-directory", state,
             "--model", os.path.join(CHECKOUT, "models", "hangtag.safetensors")],
            env={**os.environ, "NOTIFY_SOCKET": ready, "HANGTAG_LOG_LEVEL": "error"})
        deadline = time.monotonic() + SECONDS_TO_WAIT

        def next_notice():
            """What the daemon tells next: it tells of every change of its state."""
            while True:
                if daemon.poll() is not None:
                    sys.exit(f"The daemon under valgrind ended with {daemon.returncode}.")
                if time.monotonic() > deadline:
                    sys.exit(f"The daemon was not done after {SECONDS_TO_WAIT} s.")
                try:
                    return notices.recv(8192)
                except TimeoutError:
                    pass

        try:
            while b"READY=1" not in next_notice():
                pass
            for name, path in arrivals:
                arriving = os.path.join(state, name)
                shutil.copyfile(path, arriving)
                os.rename(arriving, os.path.join(inbox, name))
            while waiting(inbox):
                next_notice()
            daemon.send_signal(signal.SIGTERM)
            if daemon.wait(SECONDS_TO_WAIT) != 0:
                sys.exit(f"The daemon under valgrind ended with {daemon.returncode}.")
        finally:
            daemon.kill()
            daemon.wait()
    os.unlink(ready)


def executed(profile):
    with open(profile, encoding="utf-8", errors="replace") as file:
        for line in file:
            # A recursive call's function ends in its depth.
            if match := re.match(r"fn=(\S+?)('\d+)?$", line):
                yield match[1]


def functions(program):
    lines = subprocess.run(
        ["nm", "--defined-only", program], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return {line.split()[2] for line in lines if line.split()[1] in "tTwWi"}


def with_other_forms(names, known):
    """Adds what the compiler made of the same functions for other instruction sets."""
    stems = {name.split(".arch_")[0] for name in names if ".arch_" in name}
    return names | {name for name in known if name.split(".arch_")[0] in stems}


def refuse_few(names):
    if len(names) < FEWEST_NAMES:
        sys.exit(f"{LIST}: {len(names)} functions cannot be all that the daemon runs.")


def check(daemon):
    """Ends with an error where much of the list is not true any more."""
    with open(LIST, encoding="utf-8") as file:
        names = set(file.read().split())
    refuse_few(names)
    gone = len(names - functions(daemon))
    print(f"{LIST}: {gone} of {len(names)} functions are not in the program any more")
    if gone > LARGEST_SHARE_GONE * len(names):
        sys.exit("The list is old, and the daemon takes more memory than it must: run make order.")


def list_anew(daemon, bench):
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: apt-get install valgrind")
    known = functions(daemon)
    with tempfile.TemporaryDirectory() as scratch:
        program = os.path.join(scratch, "hangtagd")
        # Valgrind cannot read Swift's debug information.
        subprocess.run(["strip", "--strip-debug", "-o", program, daemon], check=True)
        photos = list(make_photos(bench, scratch))
        state = os.path.join(scratch, "state")
        os.makedirs(os.path.join(state, "inbox"))
        serve(program, state, os.path.join(scratch, "profile.first"), photos)
        for name, path in photos:
            shutil.copyfile(path, os.path.join(state, "inbox", "again-" + name))
        serve(program, state, os.path.join(scratch, "profile.second"), [])
        names = set()
        for profile in glob.glob(os.path.join(scratch, "profile.*")):
            names.update(executed(profile))
    names = with_other_forms(names & known, known)
    refuse_few(names)
    with open(LIST + ".new", "w", encoding="utf-8") as file:
        file.writelines(name + "\n" for name in sorted(names))
    os.replace(LIST + ".new", LIST)
    print(f"{LIST}: {len(names)} functions of {len(known)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--programs", required=True, help="the folder of hangtagd and hangtag-bench")
    parser.add_argument(
        "--check", action="store_true", help="only say how much of the list is still true")
    arguments = parser.parse_args()
    daemon = os.path.join(arguments.programs, "hangtagd")
    if arguments.check:
        check(daemon)
    else:
        list_anew(daemon, os.path.join(arguments.programs, "hangtag-bench"))


if __name__ == "__main__":
    main()
