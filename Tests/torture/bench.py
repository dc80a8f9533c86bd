"""What every torture needs: the shim, a prepared state directory, runs of the daemon, audits."""
import collections
import concurrent.futures
import hashlib
import multiprocessing
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import photos

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(CHECKOUT, "Tests", "audit"))
from audit import Audit  # noqa: E402  (found only through the line above)

PAGE = struct.Struct("<QQQ24s488s")

# Small seals, one worker so that the order of calls hardly varies, nothing waited for.
SETTINGS = {
    "HANGTAG_WORKERS": "1", "HANGTAG_SETTLE": "0s", "HANGTAG_INCOMPLETE_AFTER": "0s",
    "HANGTAG_SEAL_ENTRIES": "16",
}


# The check that the forked helpers of a sweep run: a closure cannot be sent to them.
_check = None


def _run_check(case):
    return _check(case)


class Page:
    """What the shim counted; it survives the daemon's death."""

    def __init__(self, path):
        with open(path, "rb") as file:
            fields = PAGE.unpack(file.read(PAGE.size))
        self.count, self.struck, self.syncs_after_failure = fields[:3]
        self.call, self.path = (text.rstrip(b"\0").decode("utf-8", "replace") for text in fields[3:])

    def __str__(self):
        return f"{self.call} {self.path or '.'}"


class Run:
    """A run of the daemon that has ended."""

    def __init__(self, code, log, page):
        self.code, self.log, self.page = code, log, page

    @property
    def was_killed(self):
        return self.code == -signal.SIGKILL


class Bench:
    """A prepared state directory, of which each torture gets a copy."""

    def __init__(self, daemon, model, scratch=None, jobs=1, alone=False):
        self.daemon, self.model, self.jobs, self.alone = daemon, model, jobs, alone
        # In memory where there is such a place: a killed process leaves there what it would
        # leave on a disk, and syncs cost nothing.
        parent = scratch or ("/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.folder = tempfile.mkdtemp(prefix="hangtag-torture-", dir=parent)
        self.shim = os.path.join(self.folder, "shim.so")
        build = subprocess.run(
            [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-o",
             self.shim, os.path.join(HERE, "shim.c"), "-ldl", "-pthread"], check=False)
        if build.returncode != 0:
            sys.exit("The shim cannot be built: a C compiler and libjpeg-dev are needed.")
        self.counter = 0

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self, name):
        """A path of its own in the scratch folder, for this process."""
        self.counter += 1
        return os.path.join(self.folder, f"{name}-{os.getpid()}-{self.counter}")

    def prepare(self, count, seed):
        """A state directory with a past of a few photos, and `count` new ones in its inbox, the
        names of the old ones among them: those must get `~2`."""
        self.template = os.path.join(self.folder, "template")
        shutil.rmtree(self.template, ignore_errors=True)
        dropped = photos.mixed(count, seed)
        past = dropped[:5]
        self.drop(self.template, past)
        run = self.run(self.template)
        if run.code != 0:
            sys.exit(f"The daemon does not even work undisturbed:\n{run.log}")
        self.drop(self.template, dropped)
        self.wanted = collections.Counter(
            hashlib.sha256(content).hexdigest() for _, content in past + dropped)
        self.memory = {}
        Audit(self.template, self.wanted, memory=self.memory)

    def drop(self, state, dropped):
        for path, content in dropped:
            target = os.path.join(os.fsencode(state), b"inbox", path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(content)

    def copy(self):
        state = self.fresh("state")
        shutil.copytree(self.template, state, copy_function=shutil.copyfile)
        return state

    def environment(self, state, page=None, **torture):
        """The environment of a daemon on `state`. With a page the shim is loaded; its settings are
        the keywords."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("HANGTAG_")}
        environment.update(SETTINGS)
        # Status is not durable and no part of the promise; it would only blur the count.
        environment["RUNTIME_DIRECTORY"] = self.folder
        if page is not None:
            environment.update(
                LD_PRELOAD=self.shim, TORTURE_ROOT=os.path.realpath(state), TORTURE_PAGE=page)
            if self.alone:
                environment["TORTURE_ALONE"] = "1"
            environment.update({f"TORTURE_{key.upper()}": str(value)
                                for key, value in torture.items()})
        return environment

    def command(self, state, once=True):
        command = [self.daemon, "--state-directory", state, "--model", self.model]
        return command + (["--once"] if once else [])

    def run(self, state, settings=None, timeout=120, **torture):
        """Runs the daemon once, under the shim where there are keywords."""
        page = self.fresh("page") if torture else None
        environment = self.environment(state, page, **torture)
        environment.update(settings or {})
        os.makedirs(state, exist_ok=True)
        try:
            ended = subprocess.run(
                self.command(state), env=environment, stderr=subprocess.PIPE, timeout=timeout,
                check=False)
            code, log = ended.returncode, ended.stderr
        except subprocess.TimeoutExpired as late:
            code, log = None, late.stderr or b""
        read = Page(page) if page else None
        if page:
            os.remove(page)
        return Run(code, log.decode("utf-8", "replace"), read)

    def start(self, state, settings=None, page=None, log=None, **torture):
        """Starts a watching daemon."""
        environment = self.environment(state, page, **torture)
        environment.update(settings or {})
        return subprocess.Popen(
            self.command(state, once=False), env=environment, stderr=log or subprocess.DEVNULL)

    def look(self, state, memory=None, **how):
        """The violations of a state directory."""
        return Audit(state, self.wanted, memory=memory, **how).violations

    def points(self, **torture):
        """How many calls an undisturbed run makes: the most of three."""
        counts = []
        for _ in range(3):
            state = self.copy()
            run = self.run(state, blow="none", **torture)
            if run.code != 0:
                sys.exit(f"The daemon does not even work undisturbed:\n{run.log}")
            violations = self.look(state, dict(self.memory), idle=True)
            if violations:
                sys.exit("An undisturbed run breaks a promise:\n" + "\n".join(violations))
            counts.append(run.page.count)
            shutil.rmtree(state)
        return max(counts)

    def recover(self, state, memory, again=True, **how):
        """Lets an undisturbed daemon come to the end of it.
        Returns what is wrong afterwards."""
        violations = ["after the blow: " + text for text in self.look(state, memory)]
        run = self.run(state)
        if run.code != 0:
            violations.append(f"the next start ends with {run.code}: {run.log[-600:]}")
        return violations + self.look(state, memory, idle=True, **how)

    def sweep(self, title, cases, check):
        """Runs `check` on every case, several at a time, and counts. A case is a tuple; `check`
        returns `(kind, violations)`."""
        begun, kinds, failures = time.monotonic(), collections.Counter(), []
        global _check
        _check, done = check, 0
        context = multiprocessing.get_context("fork")
        with concurrent.futures.ProcessPoolExecutor(self.jobs, mp_context=context) as pool:
            for case, (kind, violations) in zip(cases, pool.map(_run_check, cases)):
                kinds[kind] += 1
                done += 1
                if violations:
                    failures.append((case, violations))
                    if len(failures) <= 10:
                        print(f"VIOLATION {title} {case if len(str(case)) < 99 else ''} ({kind})")
                        for text in violations[:6]:
                            print(f"  {text}")
                        sys.stdout.flush()
                if sys.stdout.isatty() and done % 20 == 0:
                    print(f"\r{title}: {done} of {len(cases)}", end="", flush=True)
                elif done % 200 == 0:
                    print(f"{title}: {done} of {len(cases)}", flush=True)
        if sys.stdout.isatty():
            print("\r", end="")
        parts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        print(f"{title}: {done} points ({parts}), {len(failures)} with violations, "
              f"{time.monotonic() - begun:.0f} s", flush=True)
        return len(failures)
