#!/usr/bin/env python3
"""Times one training step of Hangtag against PyTorch's best variant, in turns in one run.

usage: training_step.py HANGTAG_BENCH [--rounds N]

Same network, same batch of 128, same two threads, same work: forward, backward, SGD with Nesterov
momentum. PyTorch runs with channels last and with its default layout; the faster one counts. Prints
the median of PyTorch's time over ours, round by round, with its quartiles. Needs torch.
"""
import argparse
import json
import statistics
import subprocess
import time

import torch
from torch import nn

from network import torch_network

BATCH, THREADS = 128, 2


class TorchStep:
    def __init__(self, layers, channels_last):
        form = torch.channels_last if channels_last else torch.contiguous_format
        self.network = torch_network(layers).train().to(memory_format=form)
        self.inputs = torch.rand(BATCH, 1, 28, 28).to(memory_format=form)
        self.labels = torch.randint(0, 10, (BATCH,))
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=0.001, momentum=0.9, nesterov=True, weight_decay=5e-4)

    def milliseconds(self):
        start = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(self.network(self.inputs), self.labels).backward()
        self.optimizer.step()
        return (time.perf_counter() - start) * 1e3


class HangtagStep:
    def __init__(self, program, name):
        self.process = subprocess.Popen(
            [program, "training-step", name, "--batch", str(BATCH), "--threads", str(THREADS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.layers = json.loads(self.process.stdout.readline())["layers"]

    def milliseconds(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def rested(contender):
    """A step after a pause, in which the other side's idle threads stop spinning."""
    time.sleep(0.05)
    return contender.milliseconds()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=31)
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    print(f"PyTorch {torch.__version__}, batch {BATCH}, {THREADS} threads, medians of "
          f"{arguments.rounds} rounds in turns\n")
    print("| network | Hangtag, ms | PyTorch channels last, ms | PyTorch default, ms "
          "| best PyTorch / Hangtag (quartiles) |")
    print("|---|---|---|---|---|")
    for name in ("plain", "residual"):
        ours = HangtagStep(arguments.program, name)
        contenders = [ours, TorchStep(ours.layers, True), TorchStep(ours.layers, False)]
        for contender in contenders * 3:
            contender.milliseconds()
        rounds = [[rested(each) for each in contenders] for _ in range(arguments.rounds)]
        medians = [statistics.median(column) for column in zip(*rounds)]
        best = 1 if medians[1] <= medians[2] else 2
        low, middle, high = statistics.quantiles([row[best] / row[0] for row in rounds], n=4)
        print(f"| {name} | {medians[0]:.1f} | {medians[1]:.1f} | {medians[2]:.1f} "
              f"| {middle:.2f} ({low:.2f} to {high:.2f}) |")
        ours.process.stdin.close()
        ours.process.wait()


main()
