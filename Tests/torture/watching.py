"""Watching daemons: a full disk, a deaf or abused inbox, poison, damage, a clock set back. Each
scenario drops photos itself, and in the end every one of them must be recorded and in its place."""
import collections
import contextlib
import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time

import photos
from audit import Audit, files_below
from bench import Page

PATIENCE = 90


class Scene:
    """A watching daemon on a state directory of its own."""

    def __init__(self, bench, state=None, once=False, **torture):
        self.bench, self.torture = bench, torture
        self.state = state or bench.fresh("state")
        self.log_path, self.process = bench.fresh("log"), None
        # In place of systemd's runtime directory, so that a scene has a status of its own.
        self.runtime = bench.fresh("runtime")
        os.makedirs(os.path.join(self.state, "inbox"), exist_ok=True)
        os.makedirs(self.runtime)
        self.wanted, self.generator = collections.Counter(), random.Random(7)
        self.settings = {
            "RUNTIME_DIRECTORY": self.runtime, "HANGTAG_SETTLE": "200ms",
            "HANGTAG_INCOMPLETE_AFTER": "400ms", "HANGTAG_SEAL_IDLE": "200ms"}

    def start(self):
        with open(self.log_path, "ab") as log:
            self.page = self.bench.fresh("page") if self.torture else None
            self.process = self.bench.start(
                self.state, self.settings, self.page, log, **self.torture)
        self.wait("the start", lambda: "Serving." in self.new_log() or self.is_over)
        return self

    def new_log(self):
        return self.log.rpartition("\n--\n")[2]

    @property
    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    @property
    def is_over(self):
        return self.process.poll() is not None

    @property
    def status(self):
        try:
            with open(os.path.join(self.runtime, "status.json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def content(self, comment=b""):
        return photos.photo(self.generator, comment)

    def drop(self, name, content=None, folder="inbox"):
        """As `cp` does: created under its name, written, closed."""
        content = self.content() if content is None else content
        target = os.path.join(
            os.fsencode(self.state), os.fsencode(folder), os.fsencode(name))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
        self.keep(content)
        return target

    def keep(self, content):
        self.wanted[hashlib.sha256(content).hexdigest()] += 1

    def entries(self):
        folder = os.path.join(self.state, "manifests")
        result = []
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            if name.endswith(".json") and not name.startswith("."):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    result += json.load(file)["entries"]
        return result

    def wait(self, what, holds, patience=PATIENCE):
        """Waits for a fact; a test that waits in vain fails with what it waited for."""
        end = time.monotonic() + patience
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"in vain: {what}\n{self.log[-800:]}")
            time.sleep(0.05)

    def wait_for_entries(self, count=None):
        count = sum(self.wanted.values()) if count is None else count
        self.wait(f"{count} sealed entries", lambda: len(self.entries()) >= count)

    def kill(self):
        self.process.kill()
        self.process.wait()
        with open(self.log_path, "ab") as log:
            log.write(b"\n--\n")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def check(self, aside=False):
        """Ends the daemon and audits. Returns what is wrong."""
        code = self.stop()
        violations = [] if code == 0 else [f"the daemon ends with {code}: {self.log[-500:]}"]
        return violations + Audit(self.state, self.wanted, idle=True, aside=aside).violations

    def close(self):
        if self.process and not self.is_over:
            self.process.kill()
            self.process.wait()


def demand(fact, text):
    if not fact:
        raise AssertionError(text)


@contextlib.contextmanager
def memory_mount(path, size):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=False)


def full_disk(bench):
    """A small disk fills up while photos wait, and later gets room."""
    mount = bench.fresh("disk")
    with memory_mount(mount, "3m"):
        scene = Scene(bench, os.path.join(mount, "state")).start()
        try:
            for number in range(20):
                scene.drop(f"before-{number}.jpg")
            scene.wait_for_entries()
            ballast = os.path.join(mount, "ballast")
            # What can be dropped on a full disk was dropped before it was full.
            waiting = [(f"later/{n}.jpg", scene.content()) for n in range(40)]
            for name, content in waiting:
                scene.drop("outside/" + name, content, folder=".")
            with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(4096))
            os.rename(os.path.join(scene.state, "outside/later"),
                      os.path.join(scene.state, "inbox/later"))
            scene.wait("word of the full disk", lambda: scene.status.get("troubles"))
            demand("No space left" in " ".join(scene.status["troubles"]), scene.status["troubles"])
            spent = cpu_seconds(scene.process.pid)
            time.sleep(6)
            spent = cpu_seconds(scene.process.pid) - spent
            said = scene.log.count("No space left")
            demand(not scene.is_over, "the daemon has ended")
            demand(spent < 1, f"it spent {spent:.1f} s of processor time in 6 s of a full disk")
            demand(said == 1, f"said {said} times:\n{scene.log[-1500:]}")
            os.remove(ballast)
            os.rmdir(os.path.join(scene.state, "outside"))
            scene.wait_for_entries()
            scene.wait("no trouble left", lambda: scene.status.get("troubles") == [])
            return scene.check()
        finally:
            scene.close()


def no_claims(bench):
    """No photo can be taken, because no folder can be made: the daemon does not try them all again
    and again."""
    scene = Scene(bench)
    try:
        scene.start()
        scene.kill()
        # All folders are there now: what is made from here on is for claims.
        scene.torture = {
            "blow": "fail", "errno": errno.ENOSPC, "only": "mkdir", "at": 1, "until": 10 ** 9}
        scene.start()
        for number in range(60):
            scene.drop(f"{number}.jpg")
        time.sleep(4)
        tried = Page(scene.page).count
        said = scene.new_log().count("No space left")
        demand(0 < tried <= 10, f"{tried} claims were tried in 4 s")
        demand(said == 1, f"said {said} times:\n{scene.log}")
        scene.kill()
        scene.torture = {}
        scene.start()
        scene.wait_for_entries()
        return scene.check()
    finally:
        scene.close()


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def deaf(bench):
    """Events never come, as on a network file system: the rescan proves it and polls."""
    scene = Scene(bench, deaf=1)
    # A photo proves it that is a second older than one rescan and a second younger than the other.
    scene.settings["HANGTAG_RESCAN"] = "4s"
    try:
        scene.start()
        scene.wait("the first look", lambda: scene.status.get("inbox", {}).get("rescans", 0) > 0)
        number = 0

        def polls():
            nonlocal number
            number += 1
            scene.drop(f"{number}.jpg")
            time.sleep(0.5)
            return "polling" in scene.status.get("inbox", {}).get("watching", "")

        scene.wait("polling", polls)
        scene.wait_for_entries()
        demand("came without an event" in scene.log, scene.log)
        return scene.check()
    finally:
        scene.close()


def overflow(bench):
    """More events than the kernel's queue holds, while the daemon cannot read them."""
    with open("/proc/sys/fs/inotify/max_queued_events", encoding="ascii") as file:
        limit = int(file.read())
    scene = Scene(bench).start()
    try:
        scene.process.send_signal(signal.SIGSTOP)
        inbox = os.path.join(scene.state, "inbox")
        for number in range(limit // 2 + 500):
            with open(os.path.join(inbox, f".{number}"), "wb"):
                pass
            os.remove(os.path.join(inbox, f".{number}"))
        for number in range(60):
            scene.drop(f"{number}.jpg")
        scene.process.send_signal(signal.SIGCONT)
        scene.wait_for_entries()
        demand("Events of the inbox were lost" in scene.log, "no word of the overflow")
        return scene.check()
    finally:
        scene.close()


def inbox_gone(bench):
    """The inbox is deleted, renamed away and put back, and mounted over and unmounted."""
    scene = Scene(bench)
    scene.settings["HANGTAG_RESCAN"] = "1s"
    inbox = os.path.join(scene.state, "inbox")
    try:
        scene.start()
        scene.drop("1.jpg")
        scene.wait_for_entries()
        os.rmdir(inbox)
        scene.wait("a new inbox", lambda: os.path.isdir(inbox))
        scene.drop("2.jpg")
        scene.wait_for_entries()
        os.rename(inbox, inbox + "-away")
        scene.wait("another inbox", lambda: os.path.isdir(inbox))
        scene.drop("3.jpg", folder="inbox-away")
        scene.drop("4.jpg")
        scene.wait_for_entries(3)
        os.rmdir(inbox)
        with contextlib.suppress(OSError):
            # The daemon may be quicker and make one of its own again.
            os.rename(inbox + "-away", inbox)
        if os.path.isdir(inbox + "-away"):
            os.rename(inbox + "-away/3.jpg", inbox + "/3.jpg")
        scene.wait_for_entries()
        if os.geteuid() == 0:
            with memory_mount(inbox, "1m"):
                scene.drop("hidden.jpg")
                scene.wait("word of the mount", lambda: "not at all" in scene.status.get(
                    "inbox", {}).get("watching", ""))
                with open(os.path.join(inbox, "hidden.jpg"), "rb") as file:
                    content = file.read()
            scene.wanted[hashlib.sha256(content).hexdigest()] -= 1
            scene.drop("5.jpg")
            scene.wait_for_entries()
        return scene.check()
    finally:
        scene.close()


def odd_names(bench):
    """Names with newlines, emoji, invalid UTF-8, 255 bytes; one name again and again."""
    scene = Scene(bench).start()
    names = [b"new\nline.jpg", "\N{ATHLETIC SHOE} \N{ROUND PUSHPIN}.jpg".encode(),
             b"caf\xe9.jpg", b"\xff\xfe\x80.png", b"x" * 251 + b".jpg", b"y" * 255, b"-rf.jpg",
             b" .jpg", b"a\\b\"c'.jpg", "e\u0301".encode() * 83 + b".jpg"]
    try:
        for name in names:
            for turn in (b"", b"again/", b"again/"):
                scene.drop(turn + name)
                scene.wait_for_entries()
        for _ in range(25):
            scene.drop(b"same.jpg", scene.content(b"same"))
            scene.wait_for_entries()
        return scene.check()
    finally:
        scene.close()


def permission(bench):
    """One file may not be read: it is said once, it stays, and the others are not held up."""
    if os.geteuid() == 0:
        return as_nobody(bench, permission_of)
    return permission_of(bench)


def permission_of(bench):
    scene = Scene(bench)
    scene.settings["HANGTAG_RESCAN"] = "1s"
    try:
        scene.start()
        closed = os.path.join(scene.state, "inbox/closed.jpg")
        outside = scene.drop("closed.jpg", folder=".")
        os.chmod(outside, 0)
        os.rename(outside, closed)
        scene.drop("open.jpg")
        scene.wait_for_entries(1)
        scene.wait("word of it", lambda: scene.status.get("inbox", {}).get("blocked") == 1)
        rescans = scene.status["inbox"]["rescans"]

        def looked_again():
            os.utime(scene.drop(f"more-{len(scene.wanted)}.jpg"))
            time.sleep(0.3)
            return scene.status["inbox"]["rescans"] >= rescans + 3

        scene.wait("three more rescans", looked_again)
        demand(scene.log.count("photo=closed.jpg") == 1, scene.log)
        os.chmod(closed, 0o644)
        scene.wait_for_entries()
        return scene.check()
    finally:
        scene.close()


def as_nobody(bench, scenario):
    """Runs a scenario in a child that is not root, who may read everything."""
    os.chmod(bench.folder, 0o777)
    os.chmod(bench.shim, 0o755)
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            violations = scenario(bench)
            print("".join(f"  {text}\n" for text in violations), end="", flush=True)
            os._exit(1 if violations else 0)
        except BaseException as error:
            print(f"  {error}", flush=True)
            os._exit(1)
    return [] if os.waitpid(child, 0)[1] == 0 else ["see above"]


def growing(bench):
    """A photo grows slowly, and one is replaced again and again while it is being read."""
    scene = Scene(bench)
    scene.settings["HANGTAG_INCOMPLETE_AFTER"] = "3s"
    try:
        scene.start()
        content = scene.content(b"grows")
        path = os.path.join(scene.state, "inbox/slow.jpg")
        with open(path, "wb", buffering=0) as file:
            for start in range(0, len(content), 40):
                file.write(content[start:start + 40])
                time.sleep(0.3)
        scene.keep(content)
        last = None
        temporary = os.path.join(scene.state, "inbox/.upload")
        for _ in range(300):
            # A rename over the old one: what is not taken in time is gone by the dropper's will.
            last = scene.content()
            with open(temporary, "wb") as file:
                file.write(last)
            os.rename(temporary, os.path.join(scene.state, "inbox/replaced.jpg"))
        scene.wait("the last one", lambda: hashlib.sha256(last).hexdigest() in {
            entry["sha256"] for entry in scene.entries()})
        scene.wait("idleness", lambda: not os.listdir(os.path.join(scene.state, "inbox")))
        for entry in scene.entries():
            demand(entry["outcome"] != "rejected", f"rejected: {entry}")
            if entry["source"] == "replaced.jpg":
                scene.wanted[entry["sha256"]] += 1
        return scene.check()
    finally:
        scene.close()


def many(bench, count=100_000):
    """A hundred thousand files at once: memory stays small, and every one is recorded."""
    scene = Scene(bench)
    scene.settings["HANGTAG_SEAL_ENTRIES"] = "1000"
    content = scene.content()
    inbox = os.path.join(scene.state, "inbox")
    for number in range(count):
        folder = os.path.join(inbox, str(number // 1000))
        if number % 1000 == 0:
            os.makedirs(folder)
        with open(os.path.join(folder, f"{number}.png"), "wb") as file:
            file.write(content)
    scene.wanted[hashlib.sha256(content).hexdigest()] = count
    try:
        scene.start()
        scene.wait(f"{count} entries", lambda: scene.status.get("next_sequence", 0) > count
                   or scene.is_over, patience=1200)
        memory = peak_memory(scene.process.pid)
        print(f"  {count} photos at once: {memory} MB at most")
        # It takes 15 to 17, however many there are.
        demand(memory < 30, f"{memory} MB of memory")
        return scene.check()
    finally:
        scene.close()


def peak_memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmHWM"].split()[0]) // 1024


def poison(bench):
    """Photos on which the decoder crashes or hangs: at most two deaths of their own each, then
    rejected, and no neighbour is harmed."""
    scene = Scene(bench, blow="none")
    scene.settings["HANGTAG_WORKERS"] = "2"
    crash, hang = scene.content(b"TORTURE-CRASH"), scene.content(b"TORTURE-HANG")
    try:
        for number in range(12):
            scene.drop(f"good-{number}.jpg")
        scene.drop("crash.jpg", crash)
        scene.drop("hang.jpg", hang)
        deaths = 0
        while deaths < 12:
            with open(scene.log_path, "ab") as log:
                log.write(b"\n--\n")
                scene.process = bench.start(
                    scene.state, scene.settings, bench.fresh("page"), log, **scene.torture)
            # What hangs is ended by the watchdog; here by this loop, once nothing moves any more.
            with contextlib.suppress(AssertionError):
                scene.wait("an end", lambda: scene.is_over or len(scene.entries()) == 14,
                           patience=6)
            if len(scene.entries()) == 14:
                break
            scene.kill()
            deaths += 1
        demand(len(scene.entries()) == 14, f"{len(scene.entries())} entries\n{scene.log[-900:]}")
        codes = {entry["source"]: (entry.get("error") or {}).get("code")
                 for entry in scene.entries()}
        for name, code in codes.items():
            bad = name in ("crash.jpg", "hang.jpg")
            demand(code == ("crashed_decoder" if bad else None), f"{name}: {code}")
        print(f"  two poisonous photos among 14 cost {deaths} deaths")
        # Two of each its own, and one each in company before anybody knew.
        demand(deaths <= 6, f"{deaths} deaths")
        return scene.check()
    finally:
        scene.close()


def clock_back(bench):
    """The wall clock is set back a year between two runs."""
    scene = Scene(bench).start()
    try:
        for number in range(20):
            scene.drop(f"{number}.jpg")
        scene.wait_for_entries()
        scene.kill()
        scene.torture = {"clock": -365 * 86400}
        scene.start()
        for number in range(20, 40):
            scene.drop(f"{number}.jpg")
        scene.wait_for_entries()
        return scene.check()
    finally:
        scene.close()


def damage(bench):
    """A run is killed, and what it left is damaged in many ways: the next start sets it aside."""
    generator = random.Random(5)
    violations = []
    for title, harm in HARMS.items():
        state = bench.copy()
        # Killed with a sealed manifest, an open journal and claims in work/.
        bench.run(state, blow="kill-before", at=450)
        wanted = collections.Counter(bench.wanted)
        harm(state, generator, wanted)
        run = bench.run(state)
        if run.code != 0:
            violations.append(f"{title}: the start ends with {run.code}: {run.log[-500:]}")
        found = Audit(state, wanted, idle=False).violations
        left = [path for path in files_below(os.path.join(state, "inbox"))]
        if left:
            found.append(f"{len(left)} photos are left in the inbox")
        sequences = [entry["sequence"] for manifest in Audit(state, wanted).manifests
                     for entry in manifest["entries"]]
        if len(sequences) != len(set(sequences)):
            found.append("sequences repeat")
        if "set aside" not in run.log and "damaged" not in run.log and "cut" not in run.log:
            found.append(f"nothing is reported: {run.log[:300]}")
        violations += [f"{title}: {text}" for text in found]
        shutil.rmtree(state)
    return violations


def manifest_files(state, ending):
    folder = os.path.join(state, "manifests")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith(ending) and not name.startswith(".")]


def harm_journal(change):
    def harm(state, generator, wanted):
        path = manifest_files(state, ".jsonl")[-1]
        with open(path, "rb") as file:
            text = bytearray(file.read())
        with open(path, "wb") as file:
            file.write(change(text, generator))
    return harm


def zero_block(text, generator):
    start = generator.randrange(len(text) // 2)
    text[start:start + 512] = bytes(len(text[start:start + 512]))
    return text


def harm_sealed(state, generator, wanted):
    path = manifest_files(state, ".json")[-1]
    os.truncate(path, os.path.getsize(path) // 2)


def harm_stream(state, generator, wanted):
    with open(os.path.join(state, "manifests/stream"), "wb") as file:
        file.write(bytes(100))


def foreign_work(state, generator, wanted):
    for name in ("notes.txt", "01234567-not-a-claim/photo.jpg"):
        path = os.path.join(state, "work", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        content = os.urandom(20)
        with open(path, "wb") as file:
            file.write(content)
        wanted[hashlib.sha256(content).hexdigest()] += 1
    os.symlink("/etc/passwd", os.path.join(state, "work", "passwd"))


def foreign_manifest(state, generator, wanted):
    os.makedirs(os.path.join(state, "manifests/00000009.json"))
    with open(os.path.join(state, "manifests/.00000004.json.ready"), "wb") as file:
        file.write(b"{")


HARMS = {
    "a torn tail": harm_journal(lambda text, _: text[:-37]),
    "garbage behind the journal": harm_journal(lambda text, g: text + g.randbytes(3000)),
    "a block of zeros in the journal": harm_journal(zero_block),
    "a half-written sealed manifest": harm_sealed,
    "a stream file of zeros": harm_stream,
    "foreign files in work/": foreign_work,
    "foreign things in manifests/": foreign_manifest,
}

SCENES = [
    full_disk, no_claims, deaf, overflow, inbox_gone, odd_names, permission, growing, poison,
    clock_back, damage, many]
NEED_ROOT = {full_disk}


def sweep(bench, sample=None, seed=1):
    """Plays every scene. Returns how many broke a promise."""
    failures = 0
    for scene in SCENES:
        title = scene.__name__.replace("_", " ")
        if scene in NEED_ROOT and os.geteuid() != 0:
            print(f"scene {title}: skipped, needs root for a mount")
            continue
        if scene is many and sample:
            continue
        begun = time.monotonic()
        try:
            violations = scene(bench)
        except (AssertionError, OSError) as error:
            violations = [str(error)]
        failures += bool(violations)
        print(f"scene {title}: {'BROKEN' if violations else 'kept'}, "
              f"{time.monotonic() - begun:.0f} s")
        for text in violations[:6]:
            print(f"  {text}")
    return failures
