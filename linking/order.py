#!/usr/bin/env python3
"""Lists the functions that the daemon runs, for the linker to put them side by side.

Run by `make order`, which needs Debian's valgrind. The kernel brings a program into memory in windows
of 64 KB. Of 11 MB of code a daemon needs 1.1 MB; where the linker puts that as it comes, nearly two
thirds of all windows are needed, and 2.5 MB more are resident.

A daemon under Callgrind sorts photos of all kinds: some that come while it runs, then, started again
in the same folder, some that wait. A name on the list that the program no longer has does no harm, and
a function that is not on it costs at most a window. So the list need not be made anew with each change.
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

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(HERE)
LIST = os.path.join(HERE, "functions.txt")
WORKLOADS = {"baseline": 3, "progressive": 3, "png": 3, "small": 6}
# With more of the list gone, it is time for a new one.
LARGEST_SHARE_GONE = 0.2


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
        daemon = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--demangle=no", "--compress-strings=no",
             f"--callgrind-out-file={profile}", program, "--state-directory", state,
             "--model", os.path.join(CHECKOUT, "models", "hangtag.safetensors")],
            env={**os.environ, "NOTIFY_SOCKET": ready}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        notices.settimeout(300)
        try:
            while b"READY=1" not in notices.recv(8192):
                pass
            for name, path in arrivals:
                arriving = os.path.join(state, name)
                shutil.copyfile(path, arriving)
                os.rename(arriving, os.path.join(inbox, name))
            # The daemon tells of every change of its state; the last photo's is among them.
            while waiting(inbox):
                notices.recv(8192)
        finally:
            daemon.send_signal(signal.SIGTERM)
            code = daemon.wait(300)
    os.unlink(ready)
    if code != 0:
        sys.exit(f"The daemon under valgrind ended with {code}.")


def executed(profile):
    with open(profile, encoding="utf-8", errors="replace") as file:
        for line in file:
            # A recursive call's function ends in its depth.
            if match := re.match(r"fn=(\S+?)('\d+)?$", line):
                yield match[1]


def symbols(program):
    out = subprocess.run(["nm", "--defined-only", program], check=True, capture_output=True, text=True)
    return {line.split()[2] for line in out.stdout.splitlines() if line.split()[1] in "tTwWuUvVi"}


def check(daemon):
    """Ends with an error where the list has become old."""
    with open(LIST, encoding="utf-8") as file:
        names = file.read().split()
    gone = len(set(names) - symbols(daemon))
    print(f"{LIST}: {gone} of {len(names)} functions are not in the program any more")
    if gone > LARGEST_SHARE_GONE * len(names):
        sys.exit("The list is old, and the daemon takes more memory than it must: run make order.")


def list_anew(daemon, bench):
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: apt-get install valgrind")
    known = symbols(daemon)
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
    names &= known
    with open(LIST, "w", encoding="utf-8") as file:
        file.writelines(name + "\n" for name in sorted(names))
    print(f"{LIST}: {len(names)} functions of {len(known)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", required=True, help="the folder of hangtagd and hangtag-bench")
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
