"""Photos a second from a full inbox: claim, read, digest, decode, classify, durable entry, move."""
import csv
import os
import shutil
import statistics
import sys
import time

from measure import Run, markdown, peak_memory, spread

# Photos for each one that is asked for.
WORKLOADS = {"baseline": 1, "progressive": 1, "small": 1, "png": 0.3, "shop": None}
# To be raised when `hangtag-bench photos` draws others, so that no old ones are taken for them.
EDITION = 2
HERE = os.path.dirname(os.path.abspath(__file__))
RIVALS = {
    "Pillow + onnxruntime, 2 threads": ["--pool", "threads"],
    "Pillow + onnxruntime, 2 processes": ["--pool", "processes"],
    "Pillow + torch, 2 threads": ["--pool", "threads", "--engine", "torch"],
    "Pillow + torch, 2 processes": ["--pool", "processes", "--engine", "torch"],
}
OURS, FLOOR = "Hangtag", "floor"
# A photo counts as settled at once: who waits is not measured here.
ENVIRONMENT = {"HANGTAG_SETTLE": "0s", "HANGTAG_LOG_LEVEL": "error"}


def photos(arguments, workload):
    """The files of a workload, made where they are not there yet."""
    if workload == "shop":
        folder = os.path.join(HERE, "../../shared/photos")
        table = os.path.join(folder, "sources.tsv")
        if not os.path.exists(table):
            return []
        with open(table) as file:
            return [f"{folder}/{row['file']}" for row in csv.DictReader(file, delimiter="\t")]
    count = round(WORKLOADS[workload] * arguments.photos)
    folder = f"{arguments.keep}/{workload}-{count}-{EDITION}"
    if not os.path.isdir(folder):
        print(f"Making {count} photos: {workload}", file=sys.stderr)
        # What a run that was interrupted has left.
        shutil.rmtree(folder + ".part", ignore_errors=True)
        Run([f"{arguments.bin}/hangtag-bench", "photos", workload, str(count), folder + ".part"])
        os.rename(folder + ".part", folder)
    return [entry.path for entry in os.scandir(folder)]


def fill(state, files, copies, put=shutil.copyfile):
    """A state directory whose inbox holds each file so many times, under names of their own.

    They are copied, as a shop's programs do: the bytes are in memory only, and who makes a photo
    durable has to write them."""
    shutil.rmtree(state, ignore_errors=True)
    # What the contender before has left unwritten must not be written in the next one's turn.
    os.sync()
    os.makedirs(f"{state}/inbox")
    for copy in range(copies):
        for number, path in enumerate(files):
            suffix = os.path.splitext(path)[1]
            put(os.path.realpath(path), f"{state}/inbox/{copy}-{number}{suffix}")


def command(arguments, name, state):
    if name == OURS:
        return [f"{arguments.bin}/hangtagd", "--once", "--state-directory", state,
                "--model", arguments.model]
    if name == FLOOR:
        return [f"{arguments.bin}/hangtag-bench", "floor", f"{state}/inbox",
                "--model", arguments.model]
    model = arguments.model if "torch" in name else arguments.onnx
    return [sys.executable, f"{HERE}/rivals/once.py", state, model] + RIVALS[name]


class Contest:
    """Two runs of each contender a round, one with N photos and one with 3 N: the difference is
    the steady state, without start and end."""

    def __init__(self, arguments, scratch, files):
        self.arguments, self.scratch, self.files = arguments, scratch, files
        self.rivals = [name for name in RIVALS if arguments.rivals in name]
        self.names = [OURS, FLOOR, *self.rivals]
        self.rounds = {name: [] for name in self.names}

    def run(self):
        for turn in range(self.arguments.rounds):
            for name in self.names:
                self.rounds[name].append(self.once(name))
            print(f"  round {turn + 1} of {self.arguments.rounds}", file=sys.stderr)

    def once(self, name):
        results = []
        for copies in (1, 3):
            state = f"{self.scratch}/state"
            fill(state, self.files, copies)
            results.append(Run(command(self.arguments, name, state), ENVIRONMENT))
        short, long = results
        count = 2 * len(self.files)
        # On a disturbed machine the shorter run may have taken longer.
        return {"wall": max((long.seconds - short.seconds) / count, 1e-6),
                "processor": max((long.processor - short.processor) / count, 1e-6)}

    def memory(self, name):
        """Of all its processes, in MB."""
        state = f"{self.scratch}/state"
        fill(state, self.files, 3)
        return peak_memory(command(self.arguments, name, state), ENVIRONMENT)

    def column(self, name, key):
        return [each[key] for each in self.rounds[name]]

    def median(self, name, key):
        return statistics.median(self.column(name, key))

    def ratio(self, name, key):
        """How many times as long another takes."""
        return spread([other / ours for other, ours
                       in zip(self.column(name, key), self.column(OURS, key))])


def table(arguments, scratch):
    rows = []
    for workload in arguments.workloads.split(","):
        files = photos(arguments, workload)
        if not files:
            print(f"{workload}: no photos here, left out", file=sys.stderr)
            continue
        print(f"{workload}: {len(files)} photos", file=sys.stderr)
        contest = Contest(arguments, scratch, files)
        contest.run()
        best = min(contest.rivals, key=lambda name: contest.median(name, "wall"))
        for name in contest.names:
            rows.append([
                workload if name == OURS else "", name + (" (best rival)" if name == best else ""),
                f"{1 / contest.median(name, 'wall'):.0f}",
                f"{contest.median(name, 'processor') * 1e3:.2f}",
                f"{contest.memory(name):.0f}",
                "" if name == OURS else contest.ratio(name, "wall"),
                "" if name == OURS else contest.ratio(name, "processor")])
    heading = ["workload", "who", "photos a second", "CPU seconds a 1,000", "MB",
               "time / Hangtag's", "CPU time / Hangtag's"]
    return ["End to end, `--once`, steady state, medians (quartiles):", ""] \
        + markdown(heading, rows)


def growth(arguments, scratch):
    """Rate and memory over the number of photos that wait.

    They are hard links, because a million copies would not fit on many a disk: their bytes are on the
    disk already, and no sync has to write them."""
    files = photos(arguments, "small")
    rows, first = [], None
    count = 1000
    while count <= arguments.growth:
        state = f"{scratch}/growth"
        fill(state, (files * (count // len(files) + 1))[:count], 1, put=os.link)
        os.sync()
        run = Run(command(arguments, OURS, state), ENVIRONMENT, watched=True)
        rate = count / run.processor
        first = first or (rate, run.memory)
        rows.append([f"{count:,}", f"{count / run.seconds:.0f}", f"{run.processor / count * 1e6:.0f}",
                     f"{rate / first[0]:.2f}", f"{run.memory:.1f}"])
        shutil.rmtree(state, ignore_errors=True)
        count *= 10
    return ["Waiting small photos, `--once`:", ""] + markdown(
        ["photos", "photos a second", "CPU µs a photo", "rate by CPU, of the first", "MB"], rows)
