"""The network alone: microseconds an image."""
import subprocess
import sys
import threading
import time

import numpy as np

from measure import markdown, spread

NETWORKS = {"plain": "models/plain.safetensors", "residual": "models/hangtag.safetensors"}
ROUNDS = 15
# Before each turn. onnxruntime's threads spin for 0.04 s after their last batch, which would take a
# processor from whoever is next.
REST = 0.1


class Ours:
    def __init__(self, arguments, model, batch, threads, batches):
        self.process = subprocess.Popen(
            [f"{arguments.bin}/hangtag-bench", "inference", model, "--batch", str(batch),
             "--threads", str(threads), "--batches", str(batches)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def seconds(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline()) / 1e3

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Onnxruntime:
    """`split`: a thread of ours each runs batches on a session of one thread; otherwise the session
    shares each batch between its own threads."""

    def __init__(self, path, batch, threads, batches, split):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1 if split else threads
        options.inter_op_num_threads = 1
        # Its default, and its best: a batch that is shared takes up to half as long again without.
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        self.session = onnxruntime.InferenceSession(path, options,
                                                    providers=["CPUExecutionProvider"])
        self.inputs = {"input": np.full((batch, 1, 28, 28), 0.5, np.float32)}
        self.callers = threads if split else 1
        self.batches = batches if split else batches * threads

    def work(self):
        for _ in range(self.batches):
            self.session.run(None, self.inputs)

    def seconds(self):
        start = time.perf_counter()
        threads = [threading.Thread(target=self.work) for _ in range(self.callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    def stop(self):
        pass


def table(arguments, scratch):
    from network import write_onnx

    rows = []
    for name, model in NETWORKS.items():
        path = f"{scratch}/{name}.onnx"
        write_onnx(model, path)
        for batch in (1, 32):
            for threads in (1, 2):
                batches = max(4, (400 if name == "plain" else 100) // batch)
                contenders = {"ours": Ours(arguments, model, batch, threads, batches),
                              "split": Onnxruntime(path, batch, threads, batches, True)}
                if threads > 1:
                    contenders["shared"] = Onnxruntime(path, batch, threads, batches, False)
                for each in contenders.values():
                    each.seconds()
                rounds = []
                for _ in range(ROUNDS):
                    rounds.append({})
                    for key, each in contenders.items():
                        time.sleep(REST)
                        rounds[-1][key] = each.seconds() / (batches * batch * threads) * 1e6
                for each in contenders.values():
                    each.stop()
                median = {key: float(np.median([turn[key] for turn in rounds]))
                          for key in contenders}
                best = min((key for key in contenders if key != "ours"), key=median.get)
                rows.append([name, str(batch), str(threads), f"{median['ours']:.0f}",
                             f"{median[best]:.0f}",
                             spread([turn[best] / turn["ours"] for turn in rounds])])
        print(f"  inference of {name}", file=sys.stderr)
    return ["The network alone, µs an image on the clock, float32:", ""] + markdown(
        ["network", "batch", "threads", "Hangtag", "onnxruntime, best", "onnxruntime / Hangtag"],
        rows)
