"""The rivals' way from a photo to a line of JSON: what Hangtag does, as one would write it with
Pillow, numpy and onnxruntime (or PyTorch)."""
import hashlib
import io
import json
import os
import sys
import time

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

EDGE, MINIMUM_EDGE = 28, 224
LABELS = ["t-shirt-top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
          "bag", "ankle-boot"]
THRESHOLD = 0.8


def decoded(data):
    """The photo as RGB with a longest edge of about 224: DCT scaling for JPEG, box reduction for
    PNG, upright, on white."""
    image = Image.open(io.BytesIO(data))
    size = image.size
    longest = max(size)
    if longest > MINIMUM_EDGE:
        image.draft("RGB", (size[0] * MINIMUM_EDGE // longest, size[1] * MINIMUM_EDGE // longest))
    image.load()
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert("RGB")
    factor = max(image.size) // MINIMUM_EDGE
    if factor > 1:
        image = image.reduce(factor)
    return ImageOps.exif_transpose(image), size


def prepared(image):
    """28 x 28 floats: trimmed, distance from the background, area-averaged, stretched, centred."""
    pixels = np.asarray(image)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ground = np.median(border, axis=0).astype(np.int16)
    differs = np.abs(pixels.astype(np.int16) - ground).max(axis=2) > 0.06 * 255
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if len(rows) == 0:
        return np.zeros((EDGE, EDGE), np.float32)
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    part = image.convert("L").crop(box)
    scale = EDGE / max(part.size)
    size = tuple(max(1, round(edge * scale)) for edge in part.size)
    gray = np.asarray(part.resize(size, Image.Resampling.BOX), np.float32)
    values = np.abs(gray - float(ground @ np.array([0.299, 0.587, 0.114])))
    values /= max(float(values.max()), 1.0)
    result = np.zeros((EDGE, EDGE), np.float32)
    top, left = (EDGE - size[1]) // 2, (EDGE - size[0]) // 2
    result[top:top + size[1], left:left + size[0]] = values
    return result


def network(engine, path):
    """A function from [1, 1, 28, 28] to the logits of all views, on one thread a caller."""
    if engine == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        views = int(session.get_modelmeta().custom_metadata_map["views"])
        return lambda inputs: session.run(None, {name: mirrored(inputs, views)})[0]
    import torch
    from network import torch_model, views as view_count

    torch.set_num_threads(1)
    model, views = torch_model(path), view_count(path)

    def run(inputs):
        with torch.inference_mode():
            return model(torch.from_numpy(mirrored(inputs, views))).numpy()

    return run


def mirrored(inputs, views):
    """Beside the photo its mirror image, where the model is made for both: what Hangtag runs."""
    return np.concatenate([inputs, inputs[..., ::-1]]) if views == 2 else inputs


def classify(path, run):
    """Everything about one photo but its record: what goes into the record."""
    received = time.time()
    with open(path, "rb") as file:
        data = file.read()
    entry = {"source": os.path.basename(path), "sha256": hashlib.sha256(data).hexdigest(),
             "received_at": received}
    try:
        image, size = decoded(data)
    except Exception as error:  # whatever Pillow makes of a broken file
        return entry | {"outcome": "rejected", "error": str(error), "folder": "rejected"}
    logits = run(prepared(image)[None, None]).astype(np.float64)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
    best = int(shares.argmax())
    sure = shares[best] >= THRESHOLD
    return entry | {
        "outcome": "accepted" if sure else "review", "category": LABELS[best],
        "confidence": float(shares[best]), "width": size[0], "height": size[1],
        "classified_at": time.time(),
        "folder": f"{'done' if sure else 'review'}/{LABELS[best]}"}


class Record:
    """The journal: a line of JSON each, one fsync a group, then the moves."""

    def __init__(self, state):
        self.state = state
        for folder in ["done", "review"]:
            for label in LABELS:
                os.makedirs(f"{state}/{folder}/{label}", exist_ok=True)
        os.makedirs(f"{state}/rejected", exist_ok=True)
        os.makedirs(f"{state}/manifests", exist_ok=True)
        self.journal = open(f"{state}/manifests/journal.jsonl", "ab", buffering=0)

    def commit(self, entries):
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        self.journal.write(lines.encode())
        os.fdatasync(self.journal.fileno())
        for entry in entries:
            os.rename(f"{self.state}/inbox/{entry['source']}",
                      f"{self.state}/{entry['folder']}/{entry['source']}")
