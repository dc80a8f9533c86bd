#!/usr/bin/env python3
"""Checks what Hangtag promises of a state directory, knowing nothing of its code.

usage: audit.py STATE ORIGINALS [--idle] [--aside] [--memory FILE]

ORIGINALS is a folder with a copy of every photo that was dropped in STATE/inbox. At every moment
each of them must be in exactly one place below STATE, byte for byte, and a journal and the manifest
that it became must hold the same lines. After an idle moment (--idle: the daemon has ended, or has
nothing to do) each photo must have exactly one entry, in sealed manifests that are valid by the
schema, with sequences that rise by one, and nothing of the daemon's own may be left lying about;
--aside allows files that were set aside under a name that says so.

With --memory an audit compares with the one before it, and leaves word for the next: a sealed
manifest never changes again, and an entry whose photo has left work/ stays, byte for byte.

Prints every violation; exits 1 if there is one.
"""
import argparse
import base64
import collections
import functools
import hashlib
import json
import os
import re
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../etc/manifest.schema.json")
ASIDE = re.compile(r"\.(damaged|failed|foreign)-\d{8}T")


def files_below(folder):
    """Paths of all regular files below a folder, as bytes, relative to it."""
    root = os.fsencode(folder)
    for parent, _, names in os.walk(root):
        for name in names:
            path = os.path.join(parent, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, root)


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def digest(path):
    return hashlib.sha256(contents(path)).hexdigest()


def digests_below(folder):
    return collections.Counter(
        digest(os.path.join(os.fsencode(folder), path)) for path in files_below(folder))


def is_ours(path):
    """Files that Hangtag writes itself, as opposed to photos."""
    name = os.path.basename(path)
    return name.startswith(b".") or name.endswith(b".reason.json")


def recorded_path(entry, key):
    encoded = entry.get(key + "_base64")
    return base64.b64decode(encoded) if encoded else os.fsencode(entry[key])


@functools.cache
def validator():
    if jsonschema is None:
        return None
    with open(SCHEMA, encoding="utf-8") as file:
        return jsonschema.Draft202012Validator(json.load(file))


class Audit:
    """One look at a state directory. What is wrong stands in `violations`."""

    def __init__(self, state, wanted, idle=False, aside=False, memory=None):
        """`wanted` counts the photos by SHA-256; `memory` is a dictionary that goes from audit to
        audit."""
        self.state, self.wanted = os.fsencode(state), wanted
        self.idle, self.aside, self.memory = idle, aside, memory
        self.violations, self.manifests = [], []
        # What journals and manifests hold, line by line.
        self.lines = set()
        self.check_photos()
        self.check_manifests()
        if idle:
            self.check_entries()
            self.check_traces()
        if memory is not None:
            self.compare_with_memory()

    def violation(self, text):
        self.violations.append(text)

    def check_photos(self):
        found = collections.Counter()
        for folder in (b"inbox", b"work", b"done", b"review", b"rejected"):
            for path in files_below(os.path.join(self.state, folder)):
                if is_ours(path):
                    continue
                found[digest(os.path.join(self.state, folder, path))] += 1
                if self.idle and folder in (b"inbox", b"work"):
                    place = os.fsdecode(os.path.join(folder, path))
                    self.violation(f"{place} is left although the daemon is idle")
        for lost, count in (self.wanted - found).items():
            self.violation(f"{count} photo(s) with SHA-256 {lost} are lost or altered")
        for extra, count in (found - self.wanted).items():
            self.violation(f"{count} photo(s) with SHA-256 {extra} are there without being dropped")

    def check_manifests(self):
        folder = os.path.join(self.state, b"manifests")
        self.sealed, self.journals = {}, {}
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            name = os.fsdecode(name)
            path = os.path.join(folder, os.fsencode(name))
            if re.fullmatch(r"\d{8}\.json", name):
                self.sealed[name] = contents(path)
                self.check_sealed(name, self.sealed[name])
            elif re.fullmatch(r"\d{8}\.jsonl", name):
                self.journals[name] = contents(path).split(b"\n")[:-1]
            if self.idle and not re.fullmatch(r"\d{8}\.json|stream", name):
                if not (self.aside and ASIDE.search(name)):
                    self.violation(f"manifests/{name} is left although the daemon is idle")
        for name, lines in self.journals.items():
            sealed = self.sealed.get(name[:-1])
            if sealed is not None and sealed_lines(sealed) != lines:
                self.violation(f"{name[:-1]} and its journal do not hold the same lines")
            self.lines.update(lines)

    def check_sealed(self, name, text):
        try:
            manifest = json.loads(text)
        except ValueError as error:
            self.violation(f"{name} is no JSON: {error}")
            return
        if manifest["sequence"] != int(name[:8]):
            self.violation(f"{name} says that it is number {manifest['sequence']}")
        # Many documents: the schema of the whole is compiled once.
        for error in validator().iter_errors(manifest) if validator() else []:
            self.violation(f"{name}: {error.json_path}: {error.message}")
        tally = collections.Counter(entry["outcome"] for entry in manifest["entries"])
        summary = manifest["summary"]
        if summary["photos"] != len(manifest["entries"]) or any(
                summary[key] != tally[key] for key in ("accepted", "review", "rejected")):
            self.violation(f"the summary of {name} does not add up")
        lines = sealed_lines(text)
        if [json.loads(line) for line in lines] != manifest["entries"]:
            self.violation(f"{name} does not hold one entry a line")
        self.lines.update(lines)
        self.manifests.append(manifest)

    def check_entries(self):
        entries = [entry for manifest in self.manifests for entry in manifest["entries"]]
        sequences = [entry["sequence"] for entry in entries]
        if sequences != list(range(1, len(sequences) + 1)):
            self.violation(f"sequences have gaps or repeats: {sequences}")
        if len({manifest["stream"] for manifest in self.manifests}) > 1:
            self.violation("the manifests are of several streams")
        # A later entry of the same claim says where the photo really went.
        latest = {}
        for entry in entries:
            if entry["claim"] in latest and entry.get("supersedes") != entry["claim"]:
                self.violation(f"claim {entry['claim']} has a second entry, {entry['sequence']}")
            latest[entry["claim"]] = entry
        count = sum(self.wanted.values())
        if len(latest) != count:
            self.violation(f"{count} photos were dropped, {len(latest)} claims have entries")
        self.check_places(latest.values())

    def check_places(self, entries):
        places = collections.Counter(recorded_path(entry, "stored_as") for entry in entries)
        for place, times in places.items():
            if times > 1:
                self.violation(f"{times} entries say that their photo is {os.fsdecode(place)}")
        for entry in entries:
            path = os.path.join(self.state, recorded_path(entry, "stored_as"))
            place = f"entry {entry['sequence']}: {os.fsdecode(path)}"
            if not os.path.isfile(path):
                self.violation(f"{place} is not there")
            elif entry["sha256"] and digest(path) != entry["sha256"]:
                self.violation(f"{place} has another SHA-256")
            if entry["outcome"] == "rejected" and not os.path.isfile(path + b".reason.json"):
                self.violation(f"{place} has no reason beside it")

    def check_traces(self):
        """Nothing may be left in work/, not even an empty folder, nor a temporary file anywhere."""
        for name in os.listdir(os.path.join(self.state, b"work")):
            self.violation(f"work/{os.fsdecode(name)} is left although the daemon is idle")
        for folder in (b"inbox", b"done", b"review", b"rejected"):
            for path in files_below(os.path.join(self.state, folder)):
                if os.path.basename(path).startswith(b"."):
                    place = os.fsdecode(os.path.join(folder, path))
                    self.violation(f"{place} is left although the daemon is idle")

    def compare_with_memory(self):
        for name, before in self.memory.get("sealed", {}).items():
            if name not in self.sealed:
                self.violation(f"{name} was there before and is gone")
            elif hashlib.sha256(self.sealed[name]).hexdigest() != before:
                self.violation(f"{name} has changed after it was sealed")
        for line in self.memory.get("acknowledged", []):
            if line.encode() not in self.lines:
                self.violation(f"an entry that counted is gone or altered: {line[:90]}...")
        in_work = set(os.listdir(os.path.join(self.state, b"work")))
        self.memory["sealed"] = {
            name: hashlib.sha256(text).hexdigest() for name, text in self.sealed.items()}
        self.memory["acknowledged"] = sorted(
            line.decode() for lines in self.journals.values() for line in lines
            if claim_of(line) not in in_work | {None})


def sealed_lines(text):
    """The entries of a sealed manifest as they stand in it, one a line."""
    return text.partition(b'"entries":[\n')[2].rpartition(b"\n]}")[0].split(b",\n")


def claim_of(line):
    try:
        return json.loads(line)["claim"].encode()
    except (ValueError, KeyError, TypeError):
        return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("state")
    parser.add_argument("originals")
    parser.add_argument("--idle", action="store_true")
    parser.add_argument("--aside", action="store_true")
    parser.add_argument("--memory")
    options = parser.parse_args()
    memory = None
    if options.memory:
        memory = json.loads(contents(options.memory)) if os.path.exists(options.memory) else {}
    wanted = digests_below(options.originals)
    audit = Audit(options.state, wanted, options.idle, options.aside, memory)
    if options.memory:
        with open(options.memory, "w", encoding="utf-8") as file:
            json.dump(memory, file)
    for text in audit.violations[:50]:
        print(text)
    print(f"{sum(wanted.values())} photos, {len(audit.manifests)} manifests, "
          f"{len(audit.violations)} violations"
          + ("" if jsonschema else " (schema not checked: no python3-jsonschema)"))
    sys.exit(1 if audit.violations else 0)


if __name__ == "__main__":
    main()
