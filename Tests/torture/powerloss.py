"""Power loss: from a trace of everything that a run does to the disk, every state that the sync
rules allow is put together, and a real daemon is started on it.

The rules, weaker than what ext4, XFS or Btrfs promise:
- What was written into a file is on the disk once the file was synced, and may be there before.
  Until then any of it may be missing: none, half, or zeros in its place.
- A name that was made, moved or removed is durable once a folder that it touches was synced. Until
  then the changes may reach the disk in any order, but for three things that every journalling file
  system keeps: a rename is made whole or not at all, changes of one name keep their order, and what
  lies in a new folder is not there without the folder.
"""
import collections
import hashlib
import json
import os
import random
import shutil

Change = collections.namedtuple("Change", "kind slots inode source")


class File:
    """A file's content on the disk, and what was written since the last sync of it."""

    def __init__(self, content=b"", is_dropped=False):
        # A program that copies does not sync: what it dropped in the inbox is in memory only.
        self.content, self.durable = content, b"" if is_dropped else content
        self.is_dropped = is_dropped

    def states(self):
        """What may be found after a power loss, the likeliest first."""
        if self.content == self.durable:
            return [self.content]
        kept = len(os.path.commonprefix([self.content, self.durable]))
        half = self.content[:(kept + len(self.content)) // 2]
        zeros = self.content[:kept] + bytes(len(self.content) - kept)
        return list(dict.fromkeys([self.content, self.durable, half, zeros]))


class Disk:
    """The state directory as the running kernel sees it, with all that is not durable yet.

    A folder is a number, and its names stand in `names[(folder, name)]`; so a change touches slots,
    and two changes that touch the same slot keep their order."""

    def __init__(self, folder):
        self.files, self.folders, self.counter = {}, {0}, 0
        self.durable = {}  # slot -> inode, as of the last syncs
        self.pending = []  # changes that are not durable yet, in order
        self.names = {}
        self.load(os.fsencode(folder), 0)
        self.durable = dict(self.names)

    def load(self, path, number):
        for name in sorted(os.listdir(path)):
            below = os.path.join(path, name)
            inode = self.new_inode()
            self.names[(number, name)] = inode
            if os.path.isdir(below):
                self.folders.add(inode)
                self.load(below, inode)
                continue
            with open(below, "rb") as file:
                content = file.read()
            self.files[inode] = File(content, is_dropped=b"/inbox/" in below)

    def new_inode(self):
        self.counter += 1
        return self.counter

    def slot(self, path):
        *parents, name = path.split(b"/")
        folder = 0
        for parent in parents:
            folder = self.names.get((folder, parent))
        return (folder, name)

    def inode(self, path):
        return self.names.get(self.slot(path)) if path else 0

    def apply(self, call, path, second, value, data):
        if call in ("mkdir", "create"):
            inode = self.new_inode()
            if call == "mkdir":
                self.folders.add(inode)
            else:
                self.files[inode] = File()
            self.change("make", [self.slot(path)], inode)
        elif call in ("unlink", "rmdir"):
            self.change("remove", [self.slot(path)], self.inode(path))
        elif call == "rename":
            self.change("move", [self.slot(second), self.slot(path)], self.inode(path))
        elif call == "link":
            self.change("make", [self.slot(second)], self.inode(path))
        elif call == "write":
            file = self.files[self.inode(path)]
            file.content = file.content[:value] + data + file.content[value + len(data):]
        elif call == "truncate":
            file = self.files[self.inode(path)]
            file.content = (file.content + bytes(value))[:value]
        elif call == "sync":
            self.sync(self.inode(path))
        elif call == "syncfs":
            self.sync_all()
            self.pending, self.durable = [], dict(self.names)

    def change(self, kind, slots, inode):
        self.pending.append(Change(kind, tuple(slots), inode, None))
        perform(self.names, self.pending[-1])

    def sync_all(self, forgets=None):
        """Syncs everything that is not forgotten. The photos in the inbox stand for such as are
        dropped after this moment."""
        for path, inode in list(self.paths()):
            waits = inode in self.files and self.files[inode].is_dropped
            if not (waits and path.startswith(b"inbox/")) and not (forgets and forgets(path, self)):
                self.sync(inode)

    def paths(self):
        """The path and inode of everything that there is."""
        below = collections.defaultdict(list)
        for (folder, name), inode in self.names.items():
            below[folder].append((name, inode))
        todo = [(b"", 0)]
        while todo:
            path, inode = todo.pop()
            yield path, inode
            todo += [(path + b"/" + name if path else name, each) for name, each in below[inode]]

    def sync(self, inode):
        if inode in self.files:
            self.files[inode].durable = self.files[inode].content
            return
        wanted = {
            index for index, change in enumerate(self.pending)
            if any(folder == inode for folder, _ in change.slots)}
        kept = self.closure(wanted)
        for index in sorted(kept):
            perform(self.durable, self.pending[index])
        self.pending = [
            change for index, change in enumerate(self.pending) if index not in kept]

    def closure(self, wanted):
        """The changes without which these cannot be on the disk."""
        kept, todo = set(), sorted(wanted)
        while todo:
            index = todo.pop()
            if index in kept:
                continue
            kept.add(index)
            change = self.pending[index]
            folders = {folder for folder, _ in change.slots}
            for earlier in range(index):
                other = self.pending[earlier]
                same_name = set(other.slots) & set(change.slots)
                makes_folder = other.kind != "remove" and other.inode in folders
                # A folder goes only when it is empty: what left it has left it.
                empties = change.kind == "remove" and any(
                    folder == change.inode for folder, _ in other.slots)
                if same_name or makes_folder or empties:
                    todo.append(earlier)
        return kept

    def subsets(self, generator, most):
        """Sets of pending changes that may have reached the disk: all of them where they are few,
        otherwise the prefixes, each alone, all but each, and some at random."""
        count = len(self.pending)
        if 2 ** count <= most:
            choices = [{i for i in range(count) if mask >> i & 1} for mask in range(2 ** count)]
        else:
            everything = set(range(count))
            choices = [set(range(n)) for n in range(count + 1)]
            choices += [{i} for i in range(count)] + [everything - {i} for i in range(count)]
            choices += [
                {i for i in range(count) if generator.random() < 0.5} for _ in range(most // 4)]
        seen = []
        for choice in choices:
            kept = self.closure(choice)
            if kept not in seen:
                seen.append(kept)
                yield kept

    def image(self, kept, pick):
        """The tree after a power loss: path -> content, None for a folder.
        `pick` chooses among a file's possible contents."""
        names = dict(self.durable)
        for index in sorted(kept):
            perform(names, self.pending[index])
        below = collections.defaultdict(list)
        for (folder, name), inode in names.items():
            below[folder].append((name, inode))
        tree, todo = {}, [(0, b"")]
        while todo:
            folder, prefix = todo.pop()
            for name, inode in below[folder]:
                path = prefix + name
                if inode in self.folders:
                    tree[path] = None
                    todo.append((inode, path + b"/"))
                else:
                    tree[path] = pick(self.files[inode].states())
        return tree


def perform(names, change):
    if change.kind == "remove":
        names.pop(change.slots[0], None)
    elif change.kind == "move":
        target, origin = change.slots
        names.pop(origin, None)
        names[target] = change.inode
    else:
        names[change.slots[0]] = change.inode


def read_trace(path):
    with open(path, "rb") as file:
        for line in file:
            call, first, second, value, data = line.rstrip(b"\n").split(b"\t")
            yield (call.decode(), bytes.fromhex(first.decode()), bytes.fromhex(second.decode()),
                   int(value), bytes.fromhex(data.decode()))


PICKS = {
    "all": lambda states: states[0], "none": lambda states: states[min(1, len(states) - 1)],
    "torn": lambda states: states[min(2, len(states) - 1)], "zeros": lambda states: states[-1],
}


class Promise:
    """What the world has been told at a moment of the run."""

    def __init__(self, disk):
        # Entries whose photos have left work/, by claim; the manifests that were to be seen.
        self.entries, self.sealed = {}, {}
        content = {}
        for (folder, name), inode in disk.names.items():
            content.setdefault(folder, {})[name] = inode
        manifests = content.get(disk.names.get((0, b"manifests")), {})
        in_work = content.get(disk.names.get((0, b"work")), {})
        for name, inode in manifests.items():
            text = disk.files[inode].content
            if name.endswith(b".json"):
                self.sealed[name] = hashlib.sha256(text).hexdigest()
                for entry in json.loads(text)["entries"]:
                    self.entries[entry["claim"]] = entry
            elif name.endswith(b".jsonl"):
                for line in text.split(b"\n")[:-1]:
                    entry = json.loads(line)
                    if entry["claim"].encode() not in in_work:
                        self.entries[entry["claim"]] = entry

    def broken_by(self, audit):
        """What the state after recovery does not keep."""
        found = {
            entry["claim"]: entry for manifest in audit.manifests for entry in manifest["entries"]}
        for claim, entry in self.entries.items():
            if found.get(claim) != entry:
                yield f"the entry {entry['sequence']} of {entry['source']} counted and is lost"
        for name, before in self.sealed.items():
            text = audit.sealed.get(os.fsdecode(name))
            if text is None or hashlib.sha256(text).hexdigest() != before:
                yield f"{os.fsdecode(name)} could be seen and is gone or altered"


def states(bench, trace, most, generator, forgets=None, stops=None, each=None):
    """`(title, tree, promise)` of every state, each once.
    `forgets` leaves syncs out; `stops` are the only changes after which the power fails, and after
    `each` of them only so many states are taken, at random."""
    disk, found = Disk(bench.template), {}
    for number, (call, path, *rest) in enumerate(trace, 1):
        if call == "syncfs" and forgets:
            disk.sync_all(forgets)
        elif not (call == "sync" and forgets and forgets(path, disk)):
            disk.apply(call, path, *rest)
        if stops and number not in stops:
            continue
        promise = Promise(disk)
        ways = [(kept, pick) for kept in disk.subsets(generator, most) for pick in PICKS]
        for kept, pick in generator.sample(ways, min(each, len(ways))) if each else ways:
            tree = disk.image(kept, PICKS[pick])
            key = hash(tuple(sorted(
                (path, content if content is None else hash(content))
                for path, content in tree.items())))
            title = (f"after {number} {call} {os.fsdecode(path)}: "
                     f"{len(kept)} of {len(disk.pending)} changes, data {pick}")
            # Of the same state more may be promised after a further call.
            found[key] = (title, tree, promise)
    return list(found.values())


def build(bench, tree):
    state = bench.fresh("state")
    os.makedirs(state)
    root = os.fsencode(state)
    for path, content in sorted(tree.items()):
        target = os.path.join(root, path)
        if content is None:
            os.makedirs(target, exist_ok=True)
        else:
            with open(target, "wb") as file:
                file.write(content)
    return state


def digest(content):
    return hashlib.sha256(content).hexdigest()


def check_state(bench, case):
    from bench import Audit
    title, tree, promise = case
    violations = []
    # A photo that nobody has acknowledged may be torn, because its copying program did not sync it;
    # what is there then is what must be kept.
    there = collections.Counter(
        digest(content) for path, content in tree.items()
        if content is not None and path.split(b"/")[0] in
        (b"inbox", b"work", b"done", b"review", b"rejected")
        and not os.path.basename(path).startswith(b".") and not path.endswith(b".reason.json"))
    for entry in promise.entries.values():
        if entry["sha256"] and entry["sha256"] not in there:
            violations.append(f"the bytes of {entry['source']}, which counts, are not durable")
    state = build(bench, tree)
    run = bench.run(state)
    if run.code != 0:
        violations.append(f"the start ends with {run.code}: {run.log[-300:]}")
    audit = Audit(state, there, idle=True, aside=True)
    violations += audit.violations + list(promise.broken_by(audit))
    shutil.rmtree(state)
    return "states", ([title] + violations if violations else [])


# Syncs that are left out one kind at a time, to see that the replay would notice.
FORGETFUL = {
    "of a photo's bytes": lambda path, disk: path.startswith(b"work/") and disk.inode(path) in disk.files,
    "of a claim's folder": lambda path, disk:
        path.startswith((b"work", b"inbox")) and disk.inode(path) in disk.folders,
    "of the journal": lambda path, disk: path.endswith((b".jsonl", b".jsonl.new")),
    "of a ready manifest": lambda path, disk: b".json.ready" in path,
    "of manifests/": lambda path, disk: path == b"manifests",
    "of done/, review/ and rejected/": lambda path, disk:
        path.startswith((b"done", b"review", b"rejected")) and disk.inode(path) in disk.folders,
}


def sweep(bench, sample=None, seed=1, most=16):
    trace_file = bench.fresh("trace")
    state = bench.copy()
    run = bench.run(state, blow="none", trace=trace_file)
    shutil.rmtree(state)
    if run.code != 0:
        print(f"The traced run ends with {run.code}: {run.log}")
        return 1
    trace = list(read_trace(trace_file))
    print(f"The trace has {len(trace)} changes and syncs.")
    generator = random.Random(seed)
    stops = set(generator.sample(range(1, len(trace) + 1), min(sample, 40))) if sample else None
    cases = states(bench, trace, most, generator, stops=stops)
    print(f"They allow {len(cases)} different states.")
    if sample:
        cases = generator.sample(cases, min(sample, len(cases)))
    failures = bench.sweep("power loss", cases, lambda case: check_state(bench, case))
    for name, forgets in FORGETFUL.items():
        failures += expect_red(bench, trace, name, forgets, seed)
    return failures


def telling(trace, generator):
    """Calls after which more counts than before, so that a sync that was left out matters: all at
    which a manifest can be seen or its journal goes, the last, and some at which a photo leaves
    work/."""
    seals, leaves = [len(trace)], []
    for number, (call, path, second, *_) in enumerate(trace, 1):
        if call == "rename" and path.startswith(b"work/"):
            leaves.append(number)
        elif path.startswith(b"manifests/") and (call == "unlink" or second.endswith(b".json")):
            seals.append(number)
    return {*seals, *generator.sample(leaves, min(30, len(leaves)))}


def expect_red(bench, trace, name, forgets, seed):
    """Without a kind of sync the replay must find a violation, or it proves nothing.
    Returns 1 where it finds none, also in a sample: it looks where violations are to be expected,
    at a dozen states a place, until it finds the first."""
    generator = random.Random(seed)
    cases = states(bench, trace, 8, generator, forgets, telling(trace, generator), each=12)
    generator.shuffle(cases)
    for number, case in enumerate(cases, 1):
        broken = check_state(bench, case)[1]
        if broken:
            print(f"power loss: without the sync {name}, state {number} that is tried breaks: "
                  f"{broken[-1][:110]}", flush=True)
            return 0
    print(f"power loss: without the sync {name} NOTHING is broken in {len(cases)} states, "
          "so nothing proves its use", flush=True)
    return 1
