"""Hangtag's daemon and the watchdog script as running services."""
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SLUGS = ["t-shirt-top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
         "bag", "ankle-boot"]
NAMES = ["Hangtag", "watchdog script"]


class Service:
    """A running contender; `seconds_to_ready` is from its start to its READY=1."""

    def __init__(self, arguments, name, state):
        self.state = state
        shutil.rmtree(state, ignore_errors=True)
        os.makedirs(f"{state}/inbox")
        for folder in ["done", "review"]:
            for slug in SLUGS:
                os.makedirs(f"{state}/{folder}/{slug}")
        os.makedirs(f"{state}/rejected")
        # Short, because a socket's name may have 107 bytes only.
        address = f"\0hangtag-bench-{os.getpid()}-{id(self)}"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(address)
        listener.settimeout(60)
        start = time.perf_counter()
        self.process = subprocess.Popen(
            self.command(arguments, name),
            env=os.environ | {"NOTIFY_SOCKET": "@" + address[1:], "HANGTAG_LOG_LEVEL": "error"})
        while b"READY=1" not in listener.recv(4096):
            pass
        self.seconds_to_ready = time.perf_counter() - start
        listener.close()

    def command(self, arguments, name):
        if name == "Hangtag":
            return [f"{arguments.bin}/hangtagd", "--state-directory", self.state,
                    "--model", arguments.model]
        return [sys.executable, f"{HERE}/rivals/watch.py", self.state, arguments.onnx]

    def megabytes(self):
        """Resident memory now and at its peak."""
        with open(f"/proc/{self.process.pid}/status") as file:
            fields = dict(line.split(":", 1) for line in file)
        return [int(fields[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM")]

    def switches(self):
        """How often all threads have gone to sleep so far, which is how often they woke up."""
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/status") as file:
                total += next(int(line.split(":")[1]) for line in file
                              if line.startswith("voluntary_ctxt_switches"))
        return total

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
