#!/usr/bin/env python3
"""Tries to make a real hangtagd break its promises, and says whether it did.

Run by `make torture`; what is promised and how it is tested stands in etc/PROMISES.md.
"""
import argparse
import os
import sys
import time

import bench
import coverage
import errors
import kills
import powerloss
import soak
import watching

SUITES = {
    "coverage": coverage.sweep, "kills": kills.sweep, "errors": errors.sweep,
    "power": powerloss.sweep, "scenes": watching.sweep,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[[], *SUITES], help="default: all")
    parser.add_argument(
        "--daemon", default=os.path.join(bench.CHECKOUT, ".build/release/hangtagd"))
    parser.add_argument("--model", default=os.path.join(bench.CHECKOUT, "models/plain.safetensors"))
    parser.add_argument("--photos", type=int, default=60, help="photos in the inbox")
    parser.add_argument("--sample", type=int, help="take so many points of each, not all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="instead of all suites")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--alone", action="store_true",
        help="as on a file system that is not synced for many photos at once")
    options = parser.parse_args()
    begun, failures = time.monotonic(), 0
    bed = bench.Bench(options.daemon, options.model, jobs=options.jobs, alone=options.alone)
    try:
        bed.prepare(options.photos, options.seed)
        if options.soak:
            failures += soak.soak(bed, options.soak, options.seed)
        for name in options.suites or ([] if options.soak else SUITES):
            failures += SUITES[name](bed, sample=options.sample, seed=options.seed)
    finally:
        bed.close()
    print(f"{failures} violations, {time.monotonic() - begun:.0f} s")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
