"""Photos made by program: a dark garment on a white ground, each with other bytes."""
import random
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(
        ">I", zlib.crc32(kind + data))


def trousers(seed, width=160, height=220):
    """A gray PNG."""
    dice = random.Random(seed)
    shade, gap = dice.randrange(40, 90), dice.randrange(8, 16)
    rows = bytearray()
    for y in range(height):
        row = bytearray(b"\xff" * width)
        if 10 <= y < height - 10:
            left, right = 40 - y // 20, width - 40 + y // 20
            for x in range(left, right):
                if y < 80 or abs(x - width // 2) > gap * (y - 80) / height:
                    row[x] = shade + dice.randrange(8)
        rows += b"\0" + row
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b""))
