"""Deaths: the daemon is killed before and after every call that changes the disk."""
import random
import shutil


def sweep(bench, sample=None, seed=1):
    """Every point; or a seeded sample of so many. Then deaths in the recovery from a death.
    Returns the number of points with violations."""
    points = bench.points()
    print(f"An undisturbed run makes {points} calls that change the disk.")
    cases = [(blow, n) for n in range(1, points + 1) for blow in ("kill-before", "kill-after")]
    generator = random.Random(seed)
    if sample:
        cases = generator.sample(cases, min(sample, len(cases)))

    def once(case):
        blow, n = case
        state, memory = bench.copy(), dict(bench.memory)
        run = bench.run(state, blow=blow, at=n)
        # The order of calls varies a little, and with it their number.
        kind = "deaths" if run.was_killed else "not reached"
        violations = bench.recover(state, memory)
        if violations:
            violations.insert(0, f"struck at: {run.page}")
        shutil.rmtree(state)
        return kind, violations

    def twice(case):
        first, second = case
        state, memory = bench.copy(), dict(bench.memory)
        bench.run(state, blow="kill-before", at=first)
        violations = bench.look(state, memory)
        run = bench.run(state, blow="kill-before", at=second)
        kind = "second deaths" if run.was_killed else "not reached"
        violations += bench.recover(state, memory)
        shutil.rmtree(state)
        return kind, violations

    failures = bench.sweep("kill", cases, once)
    pairs = [(generator.randint(1, points), generator.randint(1, 120))
             for _ in range(len(cases) // 6)]
    return failures + bench.sweep("kill twice", pairs, twice)
