"""Running a contender and what it took."""
import os
import statistics
import subprocess
import time


class Run:
    """One finished run of a command: seconds on the clock, processor seconds, and memory."""

    def __init__(self, command, environment=None):
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - start
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: {errors.decode()[-2000:]}")
        self.processor = usage.ru_utime + usage.ru_stime
        # The largest process of a tree, in MB: fair to a rival of several processes.
        self.memory = usage.ru_maxrss / 1024


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
