"""Running a contender and what it took."""
import os
import statistics
import subprocess
import threading
import time


class Run:
    """One finished run of a command: seconds on the clock and processor seconds; the most resident
    memory in MB, where that is `watched`."""

    def __init__(self, command, environment=None, watched=False):
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        self.memory = 0
        if watched:
            watch = threading.Thread(target=self.watch, args=[process.pid])
            watch.start()
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - start
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: {errors.decode()[-2000:]}")
        self.processor = usage.ru_utime + usage.ru_stime
        if watched:
            watch.join()

    def watch(self, process):
        """Not from the usage that a wait returns: that counts what the parent had when it started the
        child, which is more than the child where the parent holds a list of a million names."""
        while peak := peak_resident(process):
            self.memory = peak
            time.sleep(0.05)


def peak_resident(process):
    """In MB; 0 where the process has ended."""
    try:
        with open(f"/proc/{process}/status") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return 0


def peak_memory(command, environment=None):
    """The most memory that a command's processes took together, in MB: the sum of their PSS, in which
    pages that several share count once. Looking takes time, so nothing else is measured meanwhile."""
    process = subprocess.Popen(
        command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(pss(each) for each in family(process.pid)))
        time.sleep(0.01)
    return peak / 1024


def family(process):
    """A process and all that descend from it."""
    members = [process]
    for member in members:
        try:
            for task in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{task}/children") as file:
                    members += file.read().split()
        except OSError:
            pass  # It has ended.
    return members


def pss(process):
    """In KB; 0 where the process has ended."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def spread(values, digits=2):
    """The median with its quartiles: 1.52 (1.49 to 1.60)."""
    if len(values) < 2:
        return f"{values[0]:.{digits}f}"
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def markdown(heading, rows):
    """A table as lines."""
    return (["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
            + ["| " + " | ".join(row) + " |" for row in rows] + [""])
