"""Whether the shim sees everything: strace counts the calls of the same run in the kernel."""
import collections
import glob
import os
import re
import shutil
import subprocess

import powerloss

# What the trace calls it, by the kernel's name. An opening that creates is left out: the trace
# knows which file was new, strace does not.
KERNEL = {
    "mkdir": "mkdir", "mkdirat": "mkdir", "rmdir": "rmdir", "unlink": "unlink",
    "rename": "rename", "renameat": "rename", "renameat2": "rename", "link": "link",
    "linkat": "link", "write": "write", "pwrite64": "write", "writev": "write",
    "ftruncate": "truncate", "truncate": "truncate", "fsync": "sync", "fdatasync": "sync",
    "symlink": "symlink", "symlinkat": "symlink", "fallocate": "fallocate",
    "copy_file_range": "copy", "sendfile": "copy", "sync": "sync", "sync_file_range": "write-out",
}
LINE = re.compile(r"^(\w+)\((.*)= (\d+)(?:<.*)?$")


def sweep(bench, sample=None, seed=1):
    if shutil.which("strace") is None:
        print("coverage: skipped, needs strace")
        return 0
    state, trace, prefix = bench.copy(), bench.fresh("trace"), bench.fresh("strace")
    environment = bench.environment(state, bench.fresh("page"), blow="none", trace=trace)
    # Only the daemon itself gets the shim: strace runs in the environment that is given here.
    preload = environment.pop("LD_PRELOAD")
    names = ",".join([*KERNEL, "unlinkat"])
    subprocess.run(
        ["strace", "-ff", "-y", "-s", "0", "-e", f"trace={names}", "-o", prefix,
         "-E", f"LD_PRELOAD={preload}", *bench.command(state)],
        env=environment, stderr=subprocess.DEVNULL, check=True)
    made = collections.Counter()
    for path in glob.glob(prefix + ".*"):
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                match = LINE.match(line.strip())
                if match and os.path.realpath(state) in match[2]:
                    call = match[1]
                    if call == "unlinkat":
                        call = "rmdir" if "AT_REMOVEDIR" in match[2] else "unlink"
                    made[KERNEL.get(call, call)] += 1
    seen = collections.Counter(call for call, *_ in powerloss.read_trace(trace))
    shutil.rmtree(state)
    missed = {call: (count, seen[call]) for call, count in made.items() if seen[call] != count}
    print(f"coverage: {sum(made.values())} calls in the kernel, "
          f"{'all seen by the shim' if not missed else f'missed: {missed}'}")
    return len(missed)
