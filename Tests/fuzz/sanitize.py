#!/usr/bin/env python3
"""Lets a daemon that was built with sanitizers sort some hundreds of photos, good and bad.

Run by `make sanitize`. AddressSanitizer watches the Swift and the C code, UndefinedBehaviorSanitizer
the C code, LeakSanitizer what is left at the end; the first thing that any of them finds ends the run.
"""
import argparse
import collections
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
sys.path += [os.path.join(CHECKOUT, "Tests", folder) for folder in ("torture", "audit")]
import photos  # noqa: E402  (found only through the line above)
from audit import Audit  # noqa: E402

SCRATCH = os.path.join(CHECKOUT, "build", "sanitize")
BUILD = [
    "-c", "release", "--sanitize", "address",
    "-Xcc", "-fsanitize=undefined", "-Xcc", "-fno-sanitize-recover=undefined",
]
# What the service holds from its start to the end of the process is not given back, and is no leak:
# threads that the end finds still waiting hold it. What a photo leaves behind is one.
SUPPRESSIONS = "leak:7Service6DaemonC8resolver\n"
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1", "SWIFT_BACKTRACE": "enable=no", "HANGTAG_SETTLE": "0s",
    "HANGTAG_INCOMPLETE_AFTER": "0s", "HANGTAG_SEAL_ENTRIES": "64",
}


def folder_files(folder):
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                yield os.fsencode(name), file.read()


def damaged(files, count, generator):
    """Files with a few wrong, missing or further bytes."""
    for number in range(count):
        name, content = generator.choice(files)
        content = bytearray(content)
        for _ in range(generator.randrange(1, 6)):
            place = generator.randrange(len(content) + 1)
            content[place:place + generator.randrange(3)] = generator.randbytes(
                generator.randrange(3))
        yield b"damaged-%d-%s" % (number, name), bytes(content)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", help="more photos to sort")
    parser.add_argument("--photos", type=int, default=200, help="made by program")
    parser.add_argument("--damaged", type=int, default=200, help="photos made of the seeds")
    parser.add_argument("--model", default=os.path.join(CHECKOUT, "models/hangtag.safetensors"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--built", action="store_true", help="do not build")
    options = parser.parse_args()
    if not options.built:
        subprocess.run(
            ["swift", "build", "--scratch-path", SCRATCH, "--product", "hangtagd"] + BUILD,
            cwd=CHECKOUT, env=os.environ | {"HANGTAG_SANITIZED": "1"}, check=True)
    seeds = [file for name in ("jpeg", "png")
             for file in sorted(folder_files(os.path.join(HERE, "seeds", name)))]
    files = photos.mixed(options.photos, options.seed) + seeds
    files += damaged(seeds, options.damaged, random.Random(options.seed))
    shared = os.environ.get("HANGTAG_SHARED", os.path.join(os.path.dirname(CHECKOUT), "shared"))
    for folder in options.folders or [os.path.join(shared, "photos", "odd")]:
        files += [(b"%d-%s" % (number, name), content)
                  for number, (name, content) in enumerate(folder_files(folder))
                  if not name.endswith(b".tsv")]
    state = tempfile.mkdtemp(prefix="hangtag-sanitize-")
    try:
        wanted = collections.Counter()
        for name, content in files:
            path = os.path.join(os.fsencode(state), b"inbox", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
            wanted[hashlib.sha256(content).hexdigest()] += 1
        with tempfile.NamedTemporaryFile("w", prefix="hangtag-leaks-") as suppressions:
            suppressions.write(SUPPRESSIONS)
            suppressions.flush()
            leaks = {"LSAN_OPTIONS": f"suppressions={suppressions.name}:print_suppressions=0"}
            code = subprocess.run(
                [os.path.join(SCRATCH, "release", "hangtagd"), "--state-directory", state, "--model",
                 options.model, "--once"], env=os.environ | ENVIRONMENT | leaks, check=False).returncode
        if code != 0:
            sys.exit(f"The daemon ended with {code}: see above.")
        violations = Audit(state, wanted, idle=True).violations
        if violations:
            sys.exit("\n".join(violations))
        print(f"{len(files)} photos were sorted, and nothing wrong was found.")
    finally:
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
