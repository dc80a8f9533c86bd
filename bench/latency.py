"""From close() of a photo in the inbox to its durable entry, one photo at a time."""
import ctypes
import os
import select
import statistics
import sys
import time

import endtoend
from daemons import NAMES, SLUGS, Service
from measure import markdown, spread

IN_MOVED_TO = 0x80
COUNT = {True: 200, False: 60}


class Arrivals:
    """Waits for photos in the folders of the sorted ones. Both contenders move a photo there right
    after its entry is on the disk, so that this is the first that another program can see of it."""

    def __init__(self, state):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor = self.libc.inotify_init1(0)
        folders = [f"{state}/{kind}/{slug}" for kind in ("done", "review") for slug in SLUGS]
        for folder in folders + [f"{state}/rejected"]:
            if self.libc.inotify_add_watch(self.descriptor, folder.encode(), IN_MOVED_TO) < 0:
                raise OSError(ctypes.get_errno(), folder)

    def wait(self):
        if not select.select([self.descriptor], [], [], 30)[0]:
            raise SystemExit("A photo was not sorted within 30 s.")
        now = time.perf_counter()
        os.read(self.descriptor, 4096)
        return now

    def close(self):
        os.close(self.descriptor)


def latencies(service, arrivals, data, numbers):
    """Milliseconds of one photo after the other."""
    result = []
    for number in numbers:
        path = f"{service.state}/inbox/{number}.jpg"
        file = open(path, "wb", buffering=0)
        file.write(data[number % len(data)])
        # Closed, not synced: as a copying program does.
        file.close()
        start = time.perf_counter()
        result.append((arrivals.wait() - start) * 1e3)
        time.sleep(0.02)
    return result


def table(arguments, scratch):
    files = sorted(endtoend.photos(arguments, "baseline"))[:50]
    data = [open(path, "rb").read() for path in files]
    values, starts, memory = ({name: [] for name in NAMES} for _ in range(3))
    for turn in range(max(3, arguments.rounds)):
        for name in NAMES:
            service = Service(arguments, name, f"{scratch}/service")
            arrivals = Arrivals(service.state)
            starts[name].append(service.seconds_to_ready * 1e3)
            latencies(service, arrivals, data, range(5))
            count = COUNT[arguments.full]
            values[name] += latencies(service, arrivals, data, range(5, 5 + count))
            memory[name].append(service.megabytes()[1])
            arrivals.close()
            service.stop()
        print(f"  latency, round {turn + 1}", file=sys.stderr)
    rows = []
    for name in NAMES:
        cuts = statistics.quantiles(values[name], n=100, method="inclusive")
        rows.append([name, f"{len(values[name])}"] + [f"{cuts[p - 1]:.1f}" for p in (50, 95, 99)]
                    + [spread(starts[name], 0), f"{statistics.median(memory[name]):.0f}"])
    return ["From close() of a photo of 1 to 2 megapixels to its durable entry, one at a time; "
            "start and memory of the same services:", ""] + markdown(
        ["who", "photos", "p50 ms", "p95 ms", "p99 ms", "start to ready, ms", "peak MB"], rows) \
        + sizes(arguments)


def sizes(arguments):
    """What each takes on the disk."""
    import importlib.util

    def size(path):
        if os.path.isfile(path):
            return os.path.getsize(path)
        return sum(os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(path)
                   for name in names if not os.path.islink(os.path.join(base, name)))

    ours = size(f"{arguments.bin}/hangtagd") / 1e6
    theirs = 0
    for name in ["PIL", "numpy", "onnxruntime", "watchdog"]:
        found = importlib.util.find_spec(name)
        theirs += size(os.path.dirname(found.origin)) / 1e6 if found else 0
    return [f"On disk: hangtagd {ours:.0f} MB, not stripped; the script's packages {theirs:.0f} MB, "
            "and Python itself.", ""]
