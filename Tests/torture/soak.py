"""Hours in minutes: photos arrive in bursts, the daemon is killed at random moments in the middle
of its work, and memory and descriptors must stay flat."""
import hashlib
import os
import random
import signal
import time

import photos
from audit import Audit, files_below, is_ours
from watching import Scene

# Photos a burst, at most; a burst every two seconds or so.
BURST = 120
# After this long a run has filled its buffers: growth is counted from there.
WARM = 8
# A kill comes at most so many seconds after the beginning of a burst of so many photos: the daemon
# takes 0.15 s for them, and a kill of one that rests proves nothing.
STRIKE, STRIKE_BURST = 0.1, 3 * BURST
# In MB and in descriptors.
GROWTH, MORE_FILES = 16, 8


class Gauge:
    """Memory and descriptors of one run, at its warm moment and at its end."""

    def __init__(self, process):
        self.process, self.begun, self.warm, self.last = process, time.monotonic(), None, None

    @property
    def age(self):
        return time.monotonic() - self.begun

    def read(self):
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
                memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
            self.last = (memory / 1024, len(os.listdir(f"/proc/{self.process.pid}/fd")))
        except (OSError, StopIteration):
            return
        if self.warm is None and self.age > WARM:
            self.warm = self.last


class Soak:
    """A daemon that gets bursts of photos, and what has come of it so far."""

    def __init__(self, bench, generator):
        self.generator, self.scene = generator, Scene(bench)
        self.scene.settings.update({"HANGTAG_SEAL_ENTRIES": "200", "HANGTAG_WORKERS": "2"})
        self.inbox = os.fsencode(os.path.join(self.scene.state, "inbox"))
        self.hidden = os.path.join(self.inbox, b".upload")
        self.stock = [photos.photo(generator) for _ in range(200)]
        self.stock += [content[:len(content) // 2] for content in self.stock[:8]]
        self.stock += [b"only words", b""]
        self.digests = [hashlib.sha256(content).hexdigest() for content in self.stock]
        self.dropped, self.memory, self.violations, self.gauges = 0, {}, [], []
        # Of each kill, how many photos it found in inbox/ and how many in work/.
        self.kills = []

    def start(self, lives):
        """Starts the daemon, for so many seconds."""
        self.scene.start()
        self.life = lives
        self.gauges.append(Gauge(self.scene.process))

    @property
    def gauge(self):
        return self.gauges[-1]

    def drop(self):
        number = self.generator.randrange(len(self.stock))
        name = b"%d/IMG_%d.jpg" % (self.generator.randrange(5), self.dropped % 3000)
        target = os.path.join(self.inbox, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        # Under a hidden name first, as a careful program drops: a name that is still waiting must
        # not be put over.
        with open(self.hidden, "wb") as file:
            file.write(self.stock[number])
        if os.path.exists(target):
            return
        os.rename(self.hidden, target)
        self.scene.wanted[self.digests[number]] += 1
        self.dropped += 1

    def burst(self):
        """A burst, and time to work through it."""
        for _ in range(self.generator.randint(1, BURST)):
            self.drop()
        for _ in range(10):
            time.sleep(0.2)
            self.gauge.read()

    def kill(self):
        """A large burst that ends with the daemon's death, so that what lies there is what the kill
        has met."""
        moment = time.monotonic() + self.generator.uniform(0, STRIKE)
        for _ in range(STRIKE_BURST):
            if time.monotonic() > moment:
                break
            self.drop()
        time.sleep(max(0, moment - time.monotonic()))
        self.scene.kill()
        if self.scene.process.returncode != -signal.SIGKILL:
            self.violations.append(f"the daemon has ended by itself: {self.scene.log[-500:]}")
        self.kills.append((self.count("inbox"), self.count("work")))
        self.violations += Audit(
            self.scene.state, self.scene.wanted, memory=self.memory).violations

    def count(self, folder):
        """The photos that lie there."""
        found = files_below(os.path.join(self.scene.state, folder))
        return sum(not is_ours(path) for path in found)

    def finish(self):
        """Lets the daemon come to the end of all photos, and audits."""
        if self.scene.is_over:
            self.violations.append(f"the daemon has ended by itself: {self.scene.log[-500:]}")
            return
        if os.path.exists(self.hidden):
            os.remove(self.hidden)
        # Not the status: shortly after a kill it is the dead daemon's.
        self.scene.wait("the inbox to be empty", lambda: not self.count("inbox") and not os.listdir(
            os.path.join(self.scene.state, "work")), 300)
        self.gauge.read()
        code = self.scene.stop()
        if code != 0:
            self.violations.append(f"the daemon ends with {code}")
        self.violations += Audit(
            self.scene.state, self.scene.wanted, idle=True, memory=self.memory).violations

    def judge_kills(self):
        """Only a kill that meets photos in work/ has met work: some of those in inbox/ are cut off,
        and wait there for their ends.
        Returns what is to be said of the kills."""
        met = sum(in_hand > 0 for _, in_hand in self.kills)
        left = sum(waiting + in_hand for waiting, in_hand in self.kills)
        if met < max(1, len(self.kills) / 3):
            self.violations.append(f"only {met} of {len(self.kills)} kills met photos in work/")
        return (f"{len(self.kills)} kills, of which {met} met photos in work/, "
                f"{left} unfinished photos in all")

    def judge_growth(self):
        """Returns what is to be said of memory and descriptors."""
        warm = [gauge for gauge in self.gauges if gauge.warm]
        growth = max((gauge.last[0] - gauge.warm[0] for gauge in warm), default=0)
        files = max((gauge.last[1] - gauge.warm[1] for gauge in warm), default=0)
        most = max((gauge.last[0] for gauge in self.gauges if gauge.last), default=0)
        if growth > GROWTH or files > MORE_FILES:
            self.violations.append("memory or descriptors grow")
        return (f"memory at most {most:.1f} MB, growth of a run after {WARM} s at most "
                f"{growth:.1f} MB, descriptors at most {files:+d}")


def soak(bench, minutes, seed=1):
    generator = random.Random(seed)
    run = Soak(bench, generator)
    end = time.monotonic() + minutes * 60
    try:
        run.start(generator.uniform(0.2, 30))
        while time.monotonic() < end and not run.violations and not run.scene.is_over:
            if run.gauge.age > run.life:
                run.kill()
                run.start(generator.choice([1, 3, 10, 60, 120]))
            else:
                run.burst()
        run.finish()
    finally:
        run.scene.close()
    kills, growth = run.judge_kills(), run.judge_growth()
    print(f"soak: {minutes} minutes, {run.dropped} photos, {kills}; "
          f"{len(run.scene.entries())} entries; {growth}; {len(run.violations)} violations")
    for text in run.violations[:10]:
        print(f"  {text}")
    return len(run.violations)
