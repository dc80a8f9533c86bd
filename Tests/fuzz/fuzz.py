#!/usr/bin/env python3
"""Builds the fuzzers, runs each for some time, and says what they found.

Run by `make fuzz`; what is fuzzed and what it has come to stands in etc/PROMISES.md. The corpus grows
in build/fuzz/corpus, and what ends a run is put into build/fuzz/found: run it again with
`make fuzz TARGET=name INPUT=file`.
"""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(CHECKOUT, "build", "fuzz")
PROGRAMS = os.path.join(WORK, "swift", "release")

Target = collections.namedtuple("Target", "name program longest")

# The longest input in bytes: room for a few changes of the largest seed.
TARGETS = [
    Target("journal", "fuzz-manifests", 6000), Target("recovery", "fuzz-manifests", 8000),
    Target("jpeg", "fuzz-pictures", 4096), Target("png", "fuzz-pictures", 4096),
    Target("model", "fuzz-models", 4096), Target("network", "fuzz-models", 4096),
    Target("preprocessor", "fuzz-models", 4096), Target("idx", "fuzz-files", 4096),
    Target("csv", "fuzz-files", 12000), Target("configuration", "fuzz-files", 2048),
]

# The Swift code is instrumented for coverage and addresses; the C code for undefined behaviour, too.
# `@testable import` in an optimised build needs -enable-testing.
BUILD = [
    "-c", "release", "--sanitize", "fuzzer", "--sanitize", "address",
    "-Xswiftc", "-sanitize=fuzzer,address", "-Xswiftc", "-enable-testing",
    "-Xcc", "-fsanitize=undefined", "-Xcc", "-fno-sanitize-recover=undefined",
]


def check_compiler():
    """libFuzzer belongs to Swift's own clang on most platforms, but not on all."""
    swift = shutil.which("swift")
    clang = os.path.join(os.path.dirname(os.path.realpath(swift)), "clang") if swift else None
    if not clang or not os.path.exists(clang):
        sys.exit("Swift and its clang are needed to fuzz.")
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "empty.c")
        with open(source, "w", encoding="utf-8") as file:
            file.write("int LLVMFuzzerTestOneInput(const char *b, long c) { return b == 0 && c; }\n")
        trial = subprocess.run(
            [clang, "-fsanitize=fuzzer,address", source, "-o", os.path.join(folder, "empty")],
            capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        sys.exit(f"The installed Swift has no libFuzzer or AddressSanitizer:\n{trial.stderr}")


def build(programs):
    for program in sorted(programs):
        subprocess.run(
            ["swift", "build", "--scratch-path", os.path.join(WORK, "swift"), "--product", program]
            + BUILD, cwd=CHECKOUT, env=os.environ | {"HANGTAG_SANITIZED": "1"}, check=True)


def start(target, arguments, **variables):
    """Runs a fuzzer in a folder of its own, in memory: some targets write files."""
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    # The sanitizer's report does; Swift's own would be made by a process that outlives the fuzzer.
    environment = os.environ | {
        "FUZZ_TARGET": target.name, "SWIFT_BACKTRACE": "enable=no"} | variables
    with tempfile.TemporaryDirectory(prefix="hangtag-fuzz-", dir=parent) as folder:
        process = subprocess.Popen(
            [os.path.join(PROGRAMS, target.program), *arguments], cwd=folder, env=environment,
            text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        for line in process.stdout:
            lines.append(line)
            # Crashes, and what libFuzzer says every now and then; not each new input.
            if not re.match(r"#\d+\s+(NEW|REDUCE|RELOAD)", line):
                print(f"{target.name}: {line}", end="", flush=True)
        return process.wait(), "".join(lines)


def fuzz(target, seconds):
    corpus = os.path.join(WORK, "corpus", target.name)
    found = os.path.join(WORK, "found")
    os.makedirs(corpus, exist_ok=True)
    os.makedirs(found, exist_ok=True)
    return start(target, [
        corpus, os.path.join(HERE, "seeds", target.name),
        "-dict=" + os.path.join(HERE, "dictionaries", target.name + ".dict"),
        f"-max_total_time={seconds}", f"-max_len={target.longest}", "-timeout=20",
        "-rss_limit_mb=3000", "-print_funcs=0", "-print_final_stats=1",
        f"-artifact_prefix={found}/{target.name}-"])


def figures(target, code, output):
    """One row of the table."""
    executed = re.findall(r"stat::number_of_executed_units:\s+(\d+)", output)
    covered = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", output)
    time = re.findall(r"Done \d+ runs in (\d+) second", output)
    edges, features, inputs = covered[-1] if covered else ("?", "?", "?")
    return (f"| {target.name} | {int(executed[-1]) if executed else 0:,} | {edges} | {features} "
            f"| {inputs} | {time[-1] if time else '?'} | {'none' if code == 0 else 'YES'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    names = [target.name for target in TARGETS]
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {names}; default: all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--input", help="run one input instead")
    parser.add_argument("--make-seeds", action="store_true", help="write the seeds anew")
    parser.add_argument("--built", action="store_true", help="do not build")
    options = parser.parse_args()
    unknown = set(options.targets) - set(names)
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}; there are {', '.join(names)}")
    chosen = [target for target in TARGETS if target.name in (options.targets or names)]
    if not options.built:
        check_compiler()
        build({target.program for target in chosen})
    if options.make_seeds:
        for target in chosen:
            folder = os.path.join(HERE, "seeds", target.name)
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            start(target, [], FUZZ_SEEDS=folder)
        return
    if options.input:
        sys.exit(max(start(target, [os.path.abspath(options.input)])[0] for target in chosen))
    rows, failures = [], 0
    for target in chosen:
        code, output = fuzz(target, options.seconds)
        failures += code != 0
        rows.append(figures(target, code, output))
    print("\n| target | executions | edges | features | inputs | seconds | crashes |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    if failures:
        print(f"\nWhat ended a run is in {os.path.join(WORK, 'found')}.")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
