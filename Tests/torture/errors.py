"""Failing calls: each call on the state directory fails once, or reports a failure of what it did,
or does only half."""
import collections
import errno
import random
import shutil

MOST = 3000
# What may happen to any call; those that look only are struck at as well.
BLOWS = [
    ("fail", errno.ENOSPC), ("fail", errno.EIO), ("fail", errno.EACCES), ("fail", errno.EMFILE),
    ("fail", errno.EINTR), ("fail-after", errno.EIO), ("short", errno.ENOSPC),
]


def sweep(bench, sample=None, seed=1):
    """Strikes at every call with every blow, then at eight calls in a row."""
    points = bench.points(looks=1)
    print(f"An undisturbed run makes {points} calls on the state directory.")
    cases = [(blow, n, 1) for n in range(1, points + 1) for blow in BLOWS]
    cases += [(blow, n, 8) for n in range(1, points + 1, 5) for blow in BLOWS]
    # All of them take hours: another seed takes others.
    taken = min(sample or MOST, len(cases))
    print(f"With seven blows, once or eight times in a row, these are {len(cases)} points;"
          f" {taken} are taken by seed {seed}.")
    cases = random.Random(seed).sample(cases, taken)

    def check(case):
        (blow, error), n, length = case
        state, memory = bench.copy(), dict(bench.memory)
        run = bench.run(
            state, blow=blow, errno=error, at=n, until=n + length - 1, looks=1)
        violations = []
        if run.code is None:
            violations.append("the daemon hangs")
        elif run.code < 0:
            violations.append(f"the daemon dies of signal {-run.code}")
        elif run.code not in (0, 73, 74, 75):
            violations.append(f"the daemon ends with {run.code}")
        if run.page.syncs_after_failure:
            violations.append(f"{run.page.syncs_after_failure} syncs after one that had failed")
        if run.code == 0:
            # It says that all is done, so it must be.
            violations += bench.look(state, dict(memory), idle=True, aside=True)
        violations += floods(run.log)
        violations += bench.recover(state, memory, aside=True)
        if violations:
            violations.insert(0, f"struck at: {run.page}")
            violations += [line for line in run.log.splitlines() if line.startswith("error")][:3]
        shutil.rmtree(state)
        kind = f"ended with {run.code}" if run.page.struck else "not reached"
        return kind, violations

    return bench.sweep("error", cases, check)


def floods(log):
    """Sentences that are said more than twice, and have nothing to do with one photo."""
    said = collections.Counter(
        line for line in log.splitlines() if line.startswith(("error", "warning")))
    return [f"said {count} times: {line}" for line, count in said.items() if count > 2]
