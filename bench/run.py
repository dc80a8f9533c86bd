#!/usr/bin/env python3
"""Hangtag against what people would use instead, and against the floor under any such program.

usage: run.py BIN [--photos N | --full] [--rounds N] [--only PART,...] [--growth N]

BIN is the folder of hangtagd and hangtag-bench. Everything takes turns within a round, and ratios
are taken round by round, so that the machine's mood does not count. Prints a Markdown table.
bench/README.md says what is measured, and how.
"""
import argparse
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile

import endtoend
import idle
import latency

PACKAGES = ["pillow", "onnxruntime", "watchdog", "torch"]
MISSING = "The rivals need: pip install onnx onnxruntime pillow watchdog numpy torch"
PARTS = ["photos", "latency", "idle", "inference"]


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--photos", type=int, default=100,
                        help="JPEGs of each kind; PNGs are three tenths as many")
    parser.add_argument("--full", action="store_true", help="--photos 1000, and more latencies")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--workloads", default=",".join(endtoend.WORKLOADS))
    parser.add_argument("--rivals", default="Pillow",
                        help="only those with this in their name, such as onnxruntime")
    parser.add_argument("--growth", type=int, default=0, metavar="N",
                        help="also 1,000, 10,000, ... N waiting photos (1000000 takes an hour)")
    parser.add_argument("--model", default="models/hangtag.safetensors")
    parser.add_argument("--keep", default="build/bench", help="where the workloads are made")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    if arguments.full:
        arguments.photos = 1000
    return arguments


def machine(rivals):
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if "model name" in line), "?")
    versions = []
    # Not imported: a child's peak memory counts what its parent had when it was forked.
    for name in PACKAGES:
        if name == "torch" and rivals == "onnxruntime":
            continue
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            raise SystemExit(MISSING)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (f"{model}, {os.cpu_count()} processors, Linux {platform.release()}, Python "
            f"{platform.python_version()}, {', '.join(versions)}. Load before: {load}.")


def main():
    arguments = parsed()
    wanted = arguments.only.split(",")
    os.environ["PYTHONPATH"] = os.path.dirname(os.path.abspath(__file__))
    os.makedirs(arguments.keep, exist_ok=True)
    lines = [f"`make bench`: {machine(arguments.rivals)}", ""]
    # On the disk of the checkout: /tmp may be memory, where a sync costs nothing.
    scratch = tempfile.mkdtemp(prefix="bench-", dir=arguments.keep)
    arguments.onnx = f"{scratch}/model.onnx"
    try:
        subprocess.run([sys.executable, f"{os.path.dirname(os.path.abspath(__file__))}/network.py",
                        arguments.model, arguments.onnx], check=True)
        if "photos" in wanted:
            lines += endtoend.table(arguments, scratch)
        if "latency" in wanted:
            lines += latency.table(arguments, scratch)
        if "idle" in wanted:
            lines += idle.table(arguments, scratch)
        if "inference" in wanted:
            # Brings onnxruntime into this process.
            import inference
            lines += inference.table(arguments, scratch)
        if arguments.growth:
            lines += endtoend.growth(arguments, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    text = "\n".join(lines)
    print(text)
    if arguments.output:
        with open(arguments.output, "w") as file:
            file.write(text + "\n")


main()
