#!/usr/bin/env python3
"""Checks what Hangtag promises of a state directory, knowing nothing of its code.

usage: audit.py STATE ORIGINALS [--idle]

ORIGINALS is a folder with a copy of every photo that was dropped in STATE/inbox. Each of them must
be in exactly one place below STATE, byte for byte, and after an idle moment (--idle: the daemon
has ended, or has nothing to do) each must have exactly one entry, in sealed manifests that are
valid by the schema, with sequences that rise by one. Prints every violation; exits 1 if there is
one.
"""
import base64
import collections
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
violations = []


def violation(text):
    violations.append(text)


def files_below(folder):
    """Paths of all regular files below a folder, as bytes, relative to it."""
    root = os.fsencode(folder)
    for parent, _, names in os.walk(root):
        for name in names:
            path = os.path.join(parent, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, root)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") \
            else hashlib.sha256(file.read()).hexdigest()


def is_ours(path):
    """Files that Hangtag writes itself, as opposed to photos."""
    name = os.path.basename(path)
    return name.startswith(b".") or name.endswith(b".reason.json")


def recorded_path(entry, key):
    encoded = entry.get(key + "_base64")
    return base64.b64decode(encoded) if encoded else os.fsencode(entry[key])


def check_photos(state, originals, idle):
    wanted = collections.Counter(
        digest(os.path.join(os.fsencode(originals), path)) for path in files_below(originals))
    found = collections.Counter()
    for folder in ("inbox", "work", "done", "review", "rejected"):
        for path in files_below(os.path.join(state, folder)):
            if is_ours(path):
                continue
            found[digest(os.path.join(os.fsencode(state), os.fsencode(folder), path))] += 1
            if idle and folder in ("inbox", "work"):
                violation(f"{folder}/{os.fsdecode(path)} is left although the daemon is idle")
    for lost, count in (wanted - found).items():
        violation(f"{count} photo(s) with SHA-256 {lost} are lost or altered")
    for extra, count in (found - wanted).items():
        violation(f"{count} photo(s) with SHA-256 {extra} are there without having been dropped")
    return sum(wanted.values())


def sealed_manifests(state, idle):
    folder = os.path.join(state, "manifests")
    validator = None
    if jsonschema:
        with open(SCHEMA, encoding="utf-8") as file:
            validator = jsonschema.Draft202012Validator(json.load(file))
    for name in sorted(os.listdir(folder)):
        if re.fullmatch(r"\d{8}\.json", name):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                manifest = json.load(file)
            if manifest["sequence"] != int(name[:8]):
                violation(f"{name} says that it is number {manifest['sequence']}")
            for error in validator.iter_errors(manifest) if validator else []:
                violation(f"{name}: {error.json_path}: {error.message}")
            yield manifest
        elif idle and name != "stream":
            violation(f"manifests/{name} is left although the daemon is idle")


def check_entries(state, count, manifests):
    entries = [entry for manifest in manifests for entry in manifest["entries"]]
    sequences = [entry["sequence"] for entry in entries]
    if sequences != list(range(1, len(sequences) + 1)):
        violation(f"sequences have gaps or repeats: {sequences}")
    if len({manifest["stream"] for manifest in manifests}) > 1:
        violation("the manifests are of several streams")
    for manifest in manifests:
        tally = collections.Counter(entry["outcome"] for entry in manifest["entries"])
        summary = manifest["summary"]
        if any(summary[key] != tally[key] for key in ("accepted", "review", "rejected")):
            violation(f"the summary of manifest {manifest['sequence']} does not add up")
    # A later entry of the same claim says where the photo really went.
    latest = {entry["claim"]: entry for entry in entries}
    if len(latest) != count:
        violation(f"{count} photos were dropped, {len(latest)} claims have entries")
    places = collections.Counter(recorded_path(entry, "stored_as") for entry in latest.values())
    for place, times in places.items():
        if times > 1:
            violation(f"{times} entries say that their photo is {os.fsdecode(place)}")
    for entry in latest.values():
        path = os.path.join(os.fsencode(state), recorded_path(entry, "stored_as"))
        if not os.path.isfile(path):
            violation(f"entry {entry['sequence']}: there is no {os.fsdecode(path)}")
        elif entry["sha256"] and digest(path) != entry["sha256"]:
            violation(f"entry {entry['sequence']}: {os.fsdecode(path)} has another SHA-256")
        if entry["outcome"] == "rejected" and not os.path.isfile(path + b".reason.json"):
            violation(f"entry {entry['sequence']}: {os.fsdecode(path)} has no reason beside it")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--idle"]
    idle = "--idle" in sys.argv
    if len(arguments) != 2:
        sys.exit(__doc__)
    state, originals = arguments
    count = check_photos(state, originals, idle)
    manifests = list(sealed_manifests(state, idle))
    if idle:
        check_entries(state, count, manifests)
    for text in violations[:50]:
        print(text)
    print(f"{count} photos, {len(manifests)} manifests, {len(violations)} violations"
          + ("" if jsonschema else " (schema not checked: no python3-jsonschema)"))
    sys.exit(1 if violations else 0)


main()
