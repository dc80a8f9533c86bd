#!/usr/bin/env python3
"""Installs the package in a booted Debian and does with it what administrators and staff do.

usage: run.py PACKAGE
       run.py --possible   ends with 1 where no Debian can be booted

Each step prints what it does and each fact that it checks; the first one that does not hold ends
the test. Where no Debian can be booted it says SKIPPED, and why.
"""
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(CHECKOUT, "build/systemd")
sys.path.insert(0, HERE)

import machine as machines  # noqa: E402
from machine import wait_for  # noqa: E402
import photos  # noqa: E402

STATE = "/var/lib/hangtag"
INBOX = STATE + "/inbox"
UNIT = "hangtagd.service"


class Test:
    """The machine, with words for what the steps do and look at."""

    def __init__(self, machine, package, originals):
        self.machine = machine
        self.run, self.code = machine.run, machine.code
        self.package = package
        self.originals = originals
        self.checks = 0
        self.seed = 0

    def check(self, fact, condition, seconds=0):
        """A condition that holds, or becomes true in time. A value that says more is shown."""
        value = wait_for(condition, seconds, fact)
        shown = "" if value is True else f": {str(value).strip()}"
        print(f"   ok  {fact}{shown}", flush=True)
        self.checks += 1
        return value

    # Photos

    def photo(self, folder="/tmp/photos"):
        """Makes a photo in the machine, readable by everybody, and keeps a copy outside."""
        self.seed += 1
        data = photos.trousers(self.seed)
        name = f"photo-{self.seed}.png"
        os.makedirs(self.machine.path(folder), exist_ok=True)
        for path in (f"{self.originals}/{name}", f"{self.machine.path(folder)}/{name}"):
            with open(path, "wb") as file:
                file.write(data)
        return f"{folder}/{name}"

    def drop(self, count=1):
        """Drops photos as anna, who is in the group; returns their names."""
        made = [self.photo() for _ in range(count)]
        self.run("cp " + " ".join(made) + " " + INBOX, user="anna")
        return [os.path.basename(path) for path in made]

    def entries(self, journals=False, state=STATE):
        """All entries in sealed manifests, and if asked in journals."""
        found = []
        for path in sorted(glob.glob(self.machine.path(state) + "/manifests/*.json")):
            found += json.load(open(path))["entries"]
        if journals:
            for path in sorted(glob.glob(self.machine.path(state) + "/manifests/*.jsonl")):
                found += [json.loads(line) for line in open(path) if line.endswith("\n")]
        return found

    def prepare(self, count, folder):
        """Makes photos that anna could have put there, in a folder of the inbox that is hidden yet.
        Returns their names."""
        made = [self.photo(folder) for _ in range(count)]
        self.run(f"chown -R anna:hangtag {folder} && chmod -R g+rwX {folder}")
        return [os.path.basename(path) for path in made]

    def recorded(self, names):
        """How many of the photos dropped under these names have entries, sealed or not."""
        sources = {os.path.basename(entry["source"]) for entry in self.entries(journals=True)}
        return len(sources & set(names))

    def sealed(self, names, state=STATE):
        """The entries of photos dropped under these names, once all are in sealed manifests."""
        found = {os.path.basename(e["source"]): e for e in self.entries(state=state)}
        return [found[name] for name in names] if all(name in found for name in names) else None

    def check_recorded(self, names, seconds=30, state=STATE):
        they = "the photo is" if len(names) == 1 else f"{len(names)} photos are"
        self.check(f"{they} in sealed manifests",
                   lambda: self.sealed(names, state) is not None, seconds)
        return self.sealed(names, state)

    # The service

    def show(self, key, unit=UNIT):
        return self.run(f"systemctl show --property={key} --value {unit}")

    def status(self, unit=UNIT):
        return self.run(f"systemctl status --full --no-pager {unit}", check=False)

    def journal(self, unit=UNIT):
        return self.run(f"journalctl --unit={unit} --output=cat --no-pager")

    def metric(self, name, run="/run/hangtag"):
        """A metric's value; with several series, their sum."""
        try:
            lines = open(self.machine.path(run) + "/metrics.prom").read().splitlines()
        except OSError:
            return None
        values = [float(line.split()[-1]) for line in lines
                  if line.startswith((name + "{", name + " "))]
        return sum(values) if values else None

    def active(self):
        return self.show("ActiveState") == "active"

    def refused(self, mistake, sentence, code):
        """Starts the service, which must fail with a sentence in `systemctl status`."""
        self.run(f"systemctl reset-failed {UNIT}; systemctl start {UNIT}", check=False)
        self.check(f"{mistake}: exit code {code}, and a sentence",
                   lambda: self.show("ExecMainStatus") == str(code)
                   and found(rf'Status: "(.*{sentence}.*)"', self.status()), 10)
        self.run(f"systemctl stop {UNIT}; systemctl reset-failed {UNIT}", check=False)


def found(pattern, text):
    """What a pattern matches, its group where it has one; None where it does not match."""
    match = re.search(pattern, text)
    return match and match[match.lastindex or 0]


def step_install(test):
    """Install: apt install ./hangtag.deb"""
    # A small disk of its own, to be filled later.
    test.run(f"mkdir -p {STATE} && mount -t tmpfs -o size=64m,mode=755 tmpfs {STATE}")
    shutil.copy(test.package, test.machine.path("/root/hangtag.deb"))
    said = test.run("apt-get install -y /root/hangtag.deb").splitlines()
    print("       " + "\n       ".join(said[-5:]))
    test.check("the service runs", test.active, 20)
    test.check("it is enabled", lambda: test.run(f"systemctl is-enabled {UNIT}") == "enabled")
    test.check("systemctl status says how it stands",
               lambda: found(r'Status: "(.*)"', test.status()), 10)
    test.check("it runs as", lambda: test.run("ps -o user= -C hangtagd") == "hangtag" and "hangtag")
    status = open(f"/proc/{test.machine.outside(test.show('MainPID'))}/status").read()
    test.check("no capability, no new privileges, a seccomp filter", lambda: all(
        re.search(line, status, re.M) for line in
        (r"^CapPrm:\t0+$", r"^CapBnd:\t0+$", r"^NoNewPrivs:\t1$", r"^Seccomp:\t2$")))
    test.check("everybody can read the metrics, as node_exporter must",
               lambda: test.code("grep -q ^hangtag_build_info /run/hangtag/metrics.prom",
                                 "nobody") == 0, 10)


def step_figures(test):
    """Figures for the README"""
    test.check("systemd-analyze verify says nothing", lambda: test.run(
        f"systemd-analyze verify --man=no {UNIT} hangtagd@shop.service "
        "hangtag-unblock@hangtag.service hangtag-unblock@hangtag.timer") == "")
    level = test.run(f"systemd-analyze security --no-pager {UNIT} | tail -n 1")
    test.check("exposure at most 0.6",
               lambda: float(re.search(r": ([\d.]+)", level)[1]) <= 0.6 and level)
    size = int(test.run("dpkg-query -W -f '${Installed-Size}' hangtag"))
    test.check("installed size under 25 MB", lambda: size * 1024 < 25e6 and f"{size} KiB")
    times = []
    for _ in range(5):
        test.run(f"systemctl restart {UNIT}")
        start, ready = (int(test.show(key)) for key in
                        ("ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic"))
        times.append((ready - start) / 1000)
    test.run(f"systemctl reset-failed {UNIT}")
    print(f"       from start to READY: {sorted(times)[2]:.0f} ms, the median of 5 "
          "(systemctl show -p ExecMainStartTimestampMonotonic -p ActiveEnterTimestampMonotonic)")
    process = test.machine.outside(test.show("MainPID"))
    memory = re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{process}/status").read())[1]
    private = re.search(r"RssAnon:\s+(\d+)", open(f"/proc/{process}/status").read())[1]
    print(f"       resident memory, idle: {memory} KiB, of which {private} KiB are its own "
          "(VmRSS and RssAnon in /proc/PID/status)")


def step_staff(test):
    """Staff drop photos, whatever their umask"""
    test.run("useradd --create-home --groups hangtag anna && useradd --create-home ben")
    names = []

    def made():
        names.append(os.path.basename(path := test.photo()))
        return path

    test.run(f"umask 022 && cp {made()} {INBOX}", "anna")
    test.run(f"umask 077 && cp {made()} {INBOX} && cat {made()} > {INBOX}/{names[-1]}", "anna")
    test.run(f"umask 077 && mkdir -p {INBOX}/spring/new && cp {made()} {INBOX}/spring/new", "anna")
    test.run(f"umask 077 && cd {INBOX}/spring && cat {made()} > new/{names[-1]}", "anna")
    test.run(f"umask 022 && cp {made()} ~ && mv ~/{names[-1]} {INBOX}/spring", "anna")
    entries = test.check_recorded(names)
    print("       " + ", ".join(f"{e['source']}: {e['category']['label']} {e['confidence']}"
                                for e in entries))
    test.check("her folders stay", lambda: os.path.isdir(test.machine.path(INBOX + "/spring/new")))
    stored = f"{STATE}/{entries[0]['stored_as']}"
    test.run(f"mv {stored} /tmp/taken && cp /tmp/taken ~/copy && mv /tmp/taken {stored}", "anna")
    test.check("she can take results away, and read manifests",
               lambda: test.code(f"cat {STATE}/manifests/*.json", "anna") == 0)
    test.check("who is not in the group sees nothing",
               lambda: test.code(f"ls {STATE}", "ben") * test.code(f"cat {stored}", "ben") > 0)
    test.check("nothing was blocked", lambda: test.metric("hangtag_blocked_photos") == 0)


def step_blocked(test):
    """What is closed to the daemon stays, is counted, and is then opened"""
    test.check("the timer that opens it runs", lambda: test.run(
        "systemctl is-active hangtag-unblock@hangtag.timer") == "active")
    test.run("systemctl stop hangtag-unblock@hangtag.timer")
    test.run("mkdir -p /tmp/private && chown anna: /tmp/private")
    names = [os.path.basename(test.photo("/tmp/private")) for _ in range(6)]
    test.run("cd /tmp/private && chown anna: * && chmod 600 *")
    a, b, c, d, e, f = names
    test.run(f"cd /tmp/private && cp -p {a} {INBOX}/{a} && mv {b} {INBOX} && "
             f"mkdir -m 755 open && mv {c} open && chmod 644 open/{c} && cp -r open {INBOX} && "
             f"mkdir -m 700 deep deep/er && mv {d} deep/er && mv {e} deep && mv deep {INBOX} && "
             f"mkdir -m 755 kept && cp {f} kept && cp -a kept {INBOX}", "anna")
    # A copied private file and a moved one, and folders that cannot be written to or entered.
    test.check("all of it is counted", lambda: (test.metric("hangtag_blocked_photos") or 0) >= 4
               and f"{test.metric('hangtag_blocked_photos'):.0f} blocked", 60)
    test.check("each is logged once", lambda: test.journal().count(f"photo={a} ") == 1)
    test.check("it stays where it is", lambda: all(os.path.exists(test.machine.path(
        f"{INBOX}/{path}")) for path in (a, b, f"open/{c}", f"deep/er/{d}")))
    for _ in range(3):
        # Each run opens one level of closed folders further.
        test.run("systemctl start hangtag-unblock@hangtag.service")
    test.check_recorded(names, 90)
    test.check("nothing is blocked any more",
               lambda: test.metric("hangtag_blocked_photos") == 0, 60)
    test.run("systemctl start hangtag-unblock@hangtag.timer")


def model_in_force(test):
    text = open(test.machine.path("/run/hangtag/metrics.prom")).read()
    return re.search(r'^hangtag_model_info\{.*sha256="(\w+)"', text, re.M)[1]


def step_reload(test):
    """Reload: a good and a bad configuration"""
    process = test.show("MainPID")
    test.run("echo 'threshold: 1' > /etc/hangtag/hangtag.yaml && systemctl reload hangtagd")
    entry, = test.check_recorded(test.drop())
    test.check("the new threshold is in force", lambda: entry["outcome"] == "review")
    test.run("echo 'treshold: 0' > /etc/hangtag/hangtag.yaml && systemctl reload hangtagd")
    test.check("a bad one is refused, with a reason",
               lambda: found(r'Status: ".*(Unknown key `treshold`[^"]*?\?)', test.status()),
               10)
    entry, = test.check_recorded(test.drop())
    test.check("the old one is in force", lambda: entry["outcome"] == "review")
    test.run("echo '# Ours.' > /etc/hangtag/hangtag.yaml && systemctl reload hangtagd")
    test.check("nothing was restarted", lambda: test.show("MainPID") == process)


def step_model(test):
    """Model: a good one, a bad one, and back"""
    process, first = test.show("MainPID"), model_in_force(test)
    installed = "/usr/share/hangtag/models/hangtag.safetensors"
    shutil.copy(f"{CHECKOUT}/models/plain.safetensors", test.machine.path("/root/new.safetensors"))
    names = test.drop(20)
    test.run("hangtag model install /root/new.safetensors")
    second = hashlib.sha256(open(f"{CHECKOUT}/models/plain.safetensors", "rb").read()).hexdigest()
    test.check("a new model renamed over the old one serves",
               lambda: model_in_force(test) == second, 20)
    used = {entry["model"]["sha256"] for entry in test.check_recorded(names)}
    test.check("every entry names its model", lambda: used <= {first, second})
    entry, = test.check_recorded(test.drop())
    test.check("the next entry names the new one", lambda: entry["model"]["sha256"] == second)
    test.run(f"head -c 100000 /root/new.safetensors > /root/bad && cp {installed} /root/good && "
             f"cp /root/bad {installed}.new && mv {installed}.new {installed}")
    test.check("a bad one is refused",
               lambda: test.metric("hangtag_model_reload_refused") == 1, 30)
    print("       " + re.search(r".*refused.*", test.journal().split("serves from now on")[-1])[0])
    entry, = test.check_recorded(test.drop())
    test.check("the one before keeps serving", lambda: entry["model"]["sha256"] == second)
    test.run(f"cp /root/good {installed}.new && mv {installed}.new {installed}")
    test.run("hangtag model rollback")
    test.check("hangtag model rollback goes back to the first",
               lambda: model_in_force(test) == first, 20)
    test.check("nothing was restarted", lambda: test.show("MainPID") == process)


def restarts(test):
    return int(test.show("NRestarts"))


def step_kill(test):
    """kill -9 in the middle of work"""
    before = restarts(test)
    process = test.machine.outside(test.show("MainPID"))
    names = test.prepare(300, INBOX + "/.batch")
    # All at once, and seen from outside: a command in the machine takes as long as many photos.
    os.rename(test.machine.path(INBOX + "/.batch"), test.machine.path(INBOX + "/batch"))
    wait_for(lambda: test.recorded(names) > 0, 10, "the first entry", pause=0)
    os.kill(process, signal.SIGKILL)
    # Nothing is recorded now: systemd starts the next one after five seconds.
    test.check("the kill met photos that were not recorded yet", lambda: 0 < test.recorded(
        names) < len(names) and f"{test.recorded(names)} of {len(names)} were")
    test.check("systemd starts it again",
               lambda: restarts(test) == before + 1 and test.active(), 30)
    test.check_recorded(names, 60)


def step_watchdog(test):
    """A hang: the watchdog sees that nothing progresses"""
    test.run(f"mkdir -p /run/systemd/system/{UNIT}.d && printf '[Service]\\nWatchdogSec=5\\n"
             "Environment=HANGTAG_DECODE_TIMEOUT=1s\\n' > "
             f"/run/systemd/system/{UNIT}.d/impatient.conf && systemctl daemon-reload && "
             f"systemctl restart {UNIT}")
    before = restarts(test)
    process = test.show("MainPID")
    frozen = machines.FrozenThreads(test.machine.outside(process), "worker")
    names = test.drop(2)
    print(f"       The worker threads of process {process} stand still; its others run.")
    test.check("the watchdog ends it and systemd starts it again",
               lambda: frozen.bury() or restarts(test) == before + 1 and test.active(), 60)
    test.check("the journal says what hung",
               lambda: found(r"Nothing has moved for.*|The thread .* hangs.*",
                             test.journal()), 5)
    test.check_recorded(names)
    process = test.show("MainPID")
    test.run(f"kill -STOP {process}")
    names = test.drop(2)
    print(f"       Process {process} as a whole stands still.")
    test.check("the watchdog ends that too",
               lambda: restarts(test) == before + 2 and test.active(), 60)
    test.check_recorded(names)
    test.run(f"rm -r /run/systemd/system/{UNIT}.d && systemctl daemon-reload && "
             f"systemctl restart {UNIT}")


def step_full_disk(test):
    """The disk fills up"""
    # Photos that are there already, on the same disk: a full one takes no more.
    waiting = test.prepare(5, INBOX + "/.waiting")
    test.run(f"dd if=/dev/zero of={STATE}/filler bs=64k", check=False)
    # One by one: with several, mv looks again at what it has moved, which may be taken by then.
    test.run(f'for photo in {INBOX}/.waiting/*; do mv "$photo" {INBOX}; done', "anna")
    test.check("the service says so and goes on",
               lambda: test.active() and found(
                   r'Status: "(.*?(?:[Nn]o space|no room).*?)[;"]', test.status()), 60)
    test.check("hangtag_troubles is above 0", lambda: test.metric("hangtag_troubles") > 0, 10)
    test.run(f"rm {STATE}/filler && rmdir {INBOX}/.waiting")
    test.check_recorded(waiting, 120)
    test.check("the trouble is over", lambda: test.metric("hangtag_troubles") == 0, 60)


def step_mistakes(test):
    """A stranger's mistakes, each a sentence in systemctl status"""
    test.run("systemd-run --quiet --unit=second --property=Type=notify --property=User=hangtag "
             f"hangtagd --state-directory {STATE}", check=False)
    test.check("a second daemon: exit code 75, and a sentence",
               lambda: test.show("ExecMainStatus", "second") == "75" and
               found(r".*is in use by process \d+.*", test.journal("second")), 10)
    test.run(f"systemctl stop {UNIT}")

    test.run("echo 'setle: 5s' > /etc/hangtag/hangtag.yaml")
    test.refused("a wrong key", "line 1.*Unknown key `setle`. Did you mean `settle`?", 78)
    test.run("echo 'model: /srv/none.safetensors' > /etc/hangtag/hangtag.yaml")
    test.refused("a missing model", "/srv/none.safetensors", 66)
    test.run("head -c 100000 /usr/share/hangtag/models/hangtag.safetensors "
             "> /srv/bad.safetensors && "
             "echo 'model: /srv/bad.safetensors' > /etc/hangtag/hangtag.yaml")
    test.refused("a bad model", "/srv/bad.safetensors", 65)
    test.run("echo '# Ours.' > /etc/hangtag/hangtag.yaml")

    test.run("mount -t tmpfs -o uid=$(id -u hangtag),gid=$(id -g hangtag),mode=2770 "
             f"tmpfs {INBOX}")
    test.refused("an inbox on another file system", "not on one file system", 78)
    test.run(f"umount {INBOX}")
    test.run(f"chown root:root {INBOX} && setfacl --remove-all {INBOX} && chmod 700 {INBOX}")
    test.refused("an unreadable inbox", r"inbox.* cannot be used", 73)
    test.run("systemd-tmpfiles --create hangtag.conf")
    full = "/srv/full"
    test.run(f"mkdir {full} && "
             f"mount -t tmpfs -o size=64k,uid=$(id -u hangtag) tmpfs {full}")
    test.run(f"dd if=/dev/zero of={full}/filler", check=False)
    test.run("systemd-run --quiet --unit=full --property=Type=notify --property=User=hangtag "
             f"hangtagd --state-directory {full}", check=False)
    test.check("a first start without disk space: exit code 74, and a sentence",
               lambda: test.show("ExecMainStatus", "full") == "74" and
               found(r".*no room on the disk.*", test.journal("full")), 10)
    test.run(f"umount {full}; systemctl start {UNIT}")
    test.check("mended, it runs again", test.active, 20)
    test.check_recorded(test.drop())


def step_second_inbox(test):
    """A further inbox: hangtagd@outlet"""
    test.run("cp /etc/hangtag/hangtag.yaml /etc/hangtag/outlet.yaml && "
             "systemctl enable --now hangtagd@outlet")
    photo = test.photo()
    # Not below the state directory that is audited in the end.
    os.remove(f"{test.originals}/{os.path.basename(photo)}")
    test.run(f"umask 077 && mkdir {STATE}-outlet/inbox/a && cp {photo} {STATE}-outlet/inbox/a",
             "anna")
    test.check_recorded([os.path.basename(photo)], state=STATE + "-outlet")
    test.check("it has metrics of its own",
               lambda: test.metric("hangtag_photos_total", "/run/hangtag-outlet") == 1, 10)
    test.check("the first one runs beside it", test.active)


def step_stop(test):
    """Stop"""
    names = test.drop(5)
    test.run(f"systemctl stop {UNIT}")
    test.check("it ends well", lambda: test.show("Result") == "success")
    test.check("nothing is left in hand",
               lambda: not os.listdir(test.machine.path(STATE + "/work")))
    test.check("no journal is left open",
               lambda: not glob.glob(test.machine.path(STATE) + "/manifests/*.jsonl"))
    test.run(f"systemctl start {UNIT}")
    test.check_recorded(names)


def step_upgrade(test):
    """Upgrade to a newer package"""
    process = test.show("MainPID")
    names = test.drop(20)
    test.run("dpkg-deb --raw-extract /root/hangtag.deb /root/newer && "
             "sed -i 's/^Version: .*/&+next/' /root/newer/DEBIAN/control && "
             "dpkg-deb --build /root/newer /root/newer.deb && "
             "apt-get install -y /root/newer.deb")
    test.check("installed", lambda: test.run("dpkg-query -W -f '${Version}' hangtag"))
    test.check("the service was restarted",
               lambda: test.active() and test.show("MainPID") != process, 20)
    test.check("so was the further inbox's",
               lambda: test.show("ActiveState", "hangtagd@outlet") == "active", 20)
    test.check("the changed configuration is kept",
               lambda: test.run("cat /etc/hangtag/hangtag.yaml") == "# Ours.")
    test.check_recorded(names)


def listing(test):
    return test.run(f"cd /var/lib && find hangtag hangtag-outlet -type f "
                    "! -name '.*' -exec sha256sum {} + | sort -k 2")


def step_purge(test):
    """Purge: photos and manifests stay"""
    test.run("systemctl stop hangtagd 'hangtagd@*'")
    before = listing(test)
    test.run("apt-get purge -y hangtag")
    test.check("every photo and manifest is there, unchanged",
               lambda: listing(test) == before and f"{len(before.splitlines())} files")
    test.check("programs, units and configuration are gone", lambda: not test.run(
        "ls -d /usr/bin/hangtag* /lib/systemd/system/hangtag* /etc/hangtag/hangtag.yaml "
        "/etc/systemd/system/*/hangtag* 2>/dev/null | grep -v outlet", check=False))
    test.check("what remains belongs to the user hangtag still", lambda: test.run(
        f"stat -c %U {STATE}") == "hangtag")
    audit = subprocess.run(
        [sys.executable, f"{CHECKOUT}/Tests/audit/audit.py", test.machine.path(STATE),
         test.originals, "--idle"], capture_output=True, text=True)
    print("       " + (audit.stdout + audit.stderr).strip().replace("\n", "\n       "))
    test.check("the audit finds each photo in one place, with one entry",
               lambda: audit.returncode == 0)


STEPS = [step_install, step_figures, step_staff, step_blocked, step_reload, step_model, step_kill,
         step_watchdog, step_full_disk, step_mistakes, step_second_inbox, step_stop, step_upgrade,
         step_purge]


def dependencies(package):
    """The packages that a package needs: the first of alternatives."""
    field = subprocess.run(["dpkg-deb", "--field", package, "Depends"], check=True,
                           capture_output=True, text=True).stdout
    return {re.match(r"\s*([^\s|(:]+)", word)[1] for word in field.split(",")}


def main():
    reason = machines.why_not()
    if reason:
        print(f"SKIPPED: no Debian can be booted here, because {reason}.")
    if sys.argv[1] == "--possible":
        sys.exit(1 if reason else 0)
    if reason:
        return
    package = os.path.abspath(sys.argv[1])
    try:
        tree = machines.base_system(
            FOLDER, dependencies(package) | {"systemd", "systemd-sysv", "procps"})
    except OSError as error:
        return print(f"SKIPPED: Debian's packages cannot be had here: {error}.")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as originals, machines.Machine(tree, FOLDER) as machine:
        test = Test(machine, package, originals)
        print(f"Debian {machines.debian_release()} has booted, with "
              + machine.run("systemctl --version | head -n 1"))
        for number, step in enumerate(STEPS, 1):
            print(f"{number}. {step.__doc__}", flush=True)
            try:
                step(test)
            except Exception as error:
                print(f"FAILED: {error!r}\n{test.status()}\n{test.journal()[-3000:]}")
                if not isinstance(error, AssertionError):
                    raise
                sys.exit(1)
        print(f"All {len(STEPS)} steps are good: {test.checks} checks in "
              f"{time.monotonic() - begin:.0f} s.")


if __name__ == "__main__":
    main()
