"""Hours in minutes: photos arrive in bursts, the daemon is killed at random moments, and memory and
descriptors must stay flat."""
import collections
import hashlib
import os
import random
import time

import photos
from audit import Audit
from watching import Scene

# Photos a burst, at most; a burst every two seconds or so.
BURST = 120
# After this long a run has filled its buffers: growth is counted from there.
WARM = 8


class Gauge:
    """Memory and descriptors of one run, at its warm moment and at its end."""

    def __init__(self, process):
        self.process, self.begun, self.warm, self.last = process, time.monotonic(), None, None

    def read(self):
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
                memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
            self.last = (memory / 1024, len(os.listdir(f"/proc/{self.process.pid}/fd")))
        except (OSError, StopIteration):
            return
        if self.warm is None and time.monotonic() - self.begun > WARM:
            self.warm = self.last


def soak(bench, minutes, seed=1):
    generator = random.Random(seed)
    scene = Scene(bench)
    scene.settings.update({"HANGTAG_SEAL_ENTRIES": "200", "HANGTAG_WORKERS": "2"})
    stock = [photos.photo(generator) for _ in range(200)]
    stock += [content[:len(content) // 2] for content in stock[:8]] + [b"only words", b""]
    digests = [hashlib.sha256(content).hexdigest() for content in stock]
    inbox = os.fsencode(os.path.join(scene.state, "inbox"))
    end = time.monotonic() + minutes * 60
    dropped, kills, memory, violations, gauges = 0, 0, {}, [], []
    scene.start()
    gauge = Gauge(scene.process)
    life = generator.uniform(0.2, 30)
    try:
        while time.monotonic() < end:
            for _ in range(generator.randint(1, BURST)):
                number = generator.randrange(len(stock))
                name = b"%d/IMG_%d.jpg" % (generator.randrange(5), dropped % 3000)
                os.makedirs(os.path.join(inbox, name.split(b"/")[0]), exist_ok=True)
                # Under a hidden name first, as a careful program drops: a name that is still
                # waiting must not be put over.
                hidden = os.path.join(inbox, b".upload")
                with open(hidden, "wb") as file:
                    file.write(stock[number])
                target = os.path.join(inbox, name)
                if os.path.exists(target):
                    continue
                os.rename(hidden, target)
                scene.wanted[digests[number]] += 1
                dropped += 1
            for _ in range(10):
                time.sleep(0.2)
                gauge.read()
            if scene.is_over:
                violations.append(f"the daemon has ended by itself: {scene.log[-500:]}")
                break
            if time.monotonic() - gauge.begun > life:
                scene.kill()
                kills += 1
                gauges.append(gauge)
                violations += Audit(scene.state, scene.wanted, memory=memory).violations
                scene.start()
                gauge, life = Gauge(scene.process), generator.choice([1, 3, 10, 60, 120])
            if violations:
                break
        os.path.exists(os.path.join(inbox, b".upload")) and os.remove(os.path.join(inbox, b".upload"))
        scene.wait("the inbox to be empty", lambda: scene.status.get("inbox", {}).get(
            "waiting", 1) == 0 and not os.listdir(os.path.join(scene.state, "work")), 300)
        gauge.read()
        gauges.append(gauge)
        code = scene.stop()
        if code != 0:
            violations.append(f"the daemon ends with {code}")
        violations += Audit(scene.state, scene.wanted, idle=True, memory=memory).violations
    finally:
        scene.close()
    long_lives = [gauge for gauge in gauges if gauge.warm]
    growth = max((gauge.last[0] - gauge.warm[0] for gauge in long_lives), default=0)
    files = max((gauge.last[1] - gauge.warm[1] for gauge in long_lives), default=0)
    most = max((gauge.last[0] for gauge in gauges if gauge.last), default=0)
    print(f"soak: {minutes} minutes, {dropped} photos, {kills} kills, {len(scene.entries())} entries; "
          f"memory at most {most:.1f} MB, growth of a run after {WARM} s at most {growth:.1f} MB, "
          f"descriptors at most {files:+d}; {len(violations)} violations")
    for text in violations[:10]:
        print(f"  {text}")
    if growth > 16 or files > 8:
        violations.append("memory or descriptors grow")
    return len(violations)
