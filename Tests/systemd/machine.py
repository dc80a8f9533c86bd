"""A Debian that boots in a container, with systemd as its first process."""
import ctypes
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time


def debian_release():
    """This machine's Debian, by its code name: the package is built for it."""
    with open("/etc/os-release") as file:
        facts = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    return facts["VERSION_CODENAME"] if facts.get("ID") == "debian" else None


def why_not():
    """Why no Debian can be booted here; None where one can."""
    if os.geteuid() != 0:
        return "that needs root"
    if not debian_release():
        return "this is no Debian"
    for program in ("systemd-nspawn", "debootstrap", "nsenter"):
        if not shutil.which(program):
            return f"there is no {program}"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"],
                      capture_output=True).returncode:
        return "this machine allows no containers"
    return None


def base_system(folder, packages):
    """Makes a Debian with these packages, once, and keeps it for the next run.

    Raises OSError where Debian's packages cannot be had."""
    release = debian_release()
    wanted = sorted(packages)
    tree = os.path.join(folder, f"debian-{release}")
    stamp = tree + ".packages"
    if os.path.exists(stamp) and open(stamp).read().split() == wanted:
        return tree
    shutil.rmtree(tree, ignore_errors=True)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "debootstrap.log"), "w") as log:
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=" + ",".join(wanted), release, tree],
            stdout=log, stderr=subprocess.STDOUT)
    if made.returncode:
        raise OSError(f"debootstrap failed, see {log.name}")
    with open(stamp, "w") as file:
        file.write("\n".join(wanted) + "\n")
    return tree


class Machine:
    """A booted copy of a base system. Use it in a `with` statement."""

    def __init__(self, tree, folder):
        self.root = tempfile.mkdtemp(prefix="machine-", dir=folder)
        self.console = os.path.join(folder, "console.log")
        self.tree = tree
        self.nspawn = None
        self.leader = None

    def __enter__(self):
        subprocess.run(["cp", "-a", "--reflink=auto", self.tree + "/.", self.root], check=True)
        # Its own number, for the journal; and nothing that waits for a network or a terminal.
        open(os.path.join(self.root, "etc/machine-id"), "w").close()
        with open(self.console, "wb") as console:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot",
                 f"--machine=hangtag-{os.getpid()}", "--directory=" + self.root, "--console=pipe"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
        try:
            self.leader = wait_for(self._first_process, 30, "the container's first process")
            wait_for(lambda: self.run("systemctl is-system-running", check=False)
                     in ("running", "degraded"), 120, "the end of booting")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # With process 1 all others end; nothing in it is worth a clean stop.
        if self.leader:
            os.kill(self.leader, signal.SIGKILL)
        else:
            self.nspawn.kill()
        self.nspawn.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def _first_process(self):
        """The process outside that is process 1 inside."""
        if self.nspawn.poll() is not None:
            raise OSError(f"systemd-nspawn ended: {open(self.console).read().strip()[-500:]}")
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                status = open(f"/proc/{number}/status").read()
            except OSError:
                continue
            parent = re.search(r"^PPid:\t(\d+)", status, re.M)
            inside = re.search(r"^NSpid:\t\d+\t1$", status, re.M)
            if inside and parent and int(parent[1]) == self.nspawn.pid:
                return int(number)
        return None

    def run(self, command, user="root", check=True):
        """Runs a shell command in the machine and returns what it prints, on both outputs."""
        inside = ["nsenter", f"--target={self.leader}", "--mount", "--uts", "--ipc", "--net",
                  "--pid", "--root", "--wd", "env", "-i",
                  "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
                  "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_PAGER="]
        if user != "root":
            inside += ["runuser", "--user", user, "--"]
        done = subprocess.run(inside + ["sh", "-c", command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = done.stdout.decode(errors="replace").strip()
        if check and done.returncode:
            raise AssertionError(f"`{command}` ended with {done.returncode}:\n{text}")
        return text

    def code(self, command, user="root"):
        """The exit code of a shell command in the machine."""
        return int(self.run(f"({command}) > /dev/null 2>&1; echo $?", user))

    def path(self, inside):
        """The path by which a file in the machine is reached from outside, on all its mounts."""
        return f"/proc/{self.leader}/root{inside}"

    def outside(self, process):
        """The number that a process of the machine has outside."""
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                status = open(f"/proc/{number}/status").read()
                same = os.readlink(f"/proc/{number}/ns/pid") == os.readlink(
                    f"/proc/{self.leader}/ns/pid")
            except OSError:
                continue
            if same and re.search(rf"^NSpid:\t\d+\t{process}$", status, re.M):
                return int(number)
        raise AssertionError(f"there is no process {process} in the machine")


class FrozenThreads:
    """Stops single threads of a process, as a hanging disk or a bug would, while its others run."""

    SEIZE, INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000

    def __init__(self, process, name):
        self.libc = ctypes.CDLL(None, use_errno=True)
        folder = f"/proc/{process}/task"
        self.threads = [int(thread) for thread in os.listdir(folder)
                        if open(f"{folder}/{thread}/comm").read().startswith(name)]
        for thread in self.threads:
            for request in (self.SEIZE, self.INTERRUPT):
                if self.libc.ptrace(request, thread, None, None):
                    raise OSError(ctypes.get_errno(), "ptrace")
            os.waitpid(thread, self.WALL)

    def bury(self):
        """Takes note of the end of those that have been killed, which only then are gone."""
        for thread in list(self.threads):
            try:
                if os.waitpid(thread, self.WALL | os.WNOHANG) == (0, 0):
                    continue
            except ChildProcessError:
                pass
            self.threads.remove(thread)


# The times given are for an idle machine. This is for a busy one; it costs time only on failure.
PATIENCE = 5


def wait_for(condition, seconds, what, pause=0.2):
    """Waits until the condition is true, and returns its value."""
    seconds *= PATIENCE
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(pause)
