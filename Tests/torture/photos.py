"""Small photos made from nothing but Python, so that the harness needs no image library."""
import random
import struct
import zlib

# One bit a cell, 7 x 8, roughly what Fashion-MNIST shows.
SHAPES = {
    "trouser": "0111110 0111110 0111110 0110110 0110110 0110110 0110110 0110110",
    "shirt": "1110111 1111111 1111111 0111110 0111110 0111110 0111110 0111110",
    "dress": "0010100 0011100 0011100 0011100 0111110 0111110 1111111 1111111",
    "bag": "0011100 0100010 0100010 1111111 1111111 1111111 1111111 1111111",
    "boot": "0000111 0000111 0000111 0000111 0111111 1111111 1111111 1010001",
    "shoe": "0000000 0000000 0000011 0000111 0011111 1111111 1111111 1111111",
    "coat": "0110110 1111111 1111111 1111111 1111111 1111111 0111110 0111110",
}


def picture(shape, edge, generator):
    """A dark article on white: rows of gray bytes."""
    cells = SHAPES[shape].split()
    ink = generator.randrange(20, 120)
    margin = max(1, edge // 10)
    inner = edge - 2 * margin
    rows = []
    for y in range(edge):
        row = bytearray(b"\xff" * edge)
        cell_row = (y - margin) * 8 // inner
        for x in range(margin, edge - margin):
            cell = (x - margin) * 7 // inner
            if 0 <= cell_row < 8 and cells[cell_row][min(cell, 6)] == "1":
                row[x] = max(0, min(255, ink + generator.randrange(-12, 13)))
        rows.append(bytes(row))
    return rows


def chunk(name, data):
    return (struct.pack(">I", len(data)) + name + data
            + struct.pack(">I", zlib.crc32(name + data)))


def png(rows):
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)
            + chunk(b"IEND", b""))


class Bits:
    """A JPEG's bit stream: the highest bit first, a zero after each 0xFF."""

    def __init__(self):
        self.bytes, self.value, self.count = bytearray(), 0, 0

    def put(self, value, count):
        self.value, self.count = self.value << count | value, self.count + count
        while self.count >= 8:
            byte = self.value >> (self.count - 8) & 0xFF
            self.bytes += b"\xff\0" if byte == 0xFF else bytes([byte])
            self.count -= 8

    def finish(self):
        if self.count:
            self.put((1 << (8 - self.count)) - 1, 8 - self.count)
        return bytes(self.bytes)


def jpeg(rows, comment=b""):
    """A gray baseline JPEG of flat 8 x 8 blocks: each has its mean and no other coefficient."""
    height, width = len(rows), len(rows[0])

    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    bits, previous = Bits(), 0
    for top in range(0, height, 8):
        for left in range(0, width, 8):
            block = [pixel for row in rows[top:top + 8] for pixel in row[left:left + 8]]
            mean = round(sum(block) / len(block)) - 128
            difference, previous = mean - previous, mean
            size = abs(difference).bit_length()
            bits.put(size, 4)
            bits.put(difference if difference >= 0 else difference + (1 << size) - 1, size)
            bits.put(0, 1)
    # Twelve codes of four bits for the sizes 0 to 11; the one code 0 for "no more coefficients".
    sizes = b"\0" + bytes([0, 0, 0, 12]) + bytes(12) + bytes(range(12))
    ends = b"\x10" + bytes([1]) + bytes(15) + b"\0"
    return (b"\xff\xd8" + (segment(0xFE, comment) if comment else b"")
            + segment(0xDB, b"\0" + bytes([8]) * 64)
            + segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0))
            + segment(0xC4, sizes) + segment(0xC4, ends)
            + segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + bits.finish() + b"\xff\xd9")


def photo(generator, comment=b""):
    rows = picture(generator.choice(sorted(SHAPES)), generator.randrange(28, 64), generator)
    return jpeg(rows, comment) if comment or generator.random() < 0.5 else png(rows)


def mixed(count, seed):
    """A seeded inbox: `(path, bytes)` of photos in several folders, of which some are rejected, and
    of which several have the same name and end up in the same folder."""
    generator = random.Random(seed)
    broken = [b"", b"only words", b"\xff\xd8\xff", b"RIFF\x10\0\0\0WEBPVP8 "]
    result = []
    for number in range(count):
        folder = generator.choice([b"", b"", b"spring/", b"spring/new arrivals/", b"autumn/"])
        if number % 9 == 4:
            name, content = b"broken-%d.jpg" % number, broken[number // 9 % len(broken)]
            if content == b"":
                # Unlike the other empty ones only by its name; the auditor counts them.
                name = b"empty-%d.png" % number
        elif number % 9 == 7:
            whole = photo(generator)
            name, content = b"half-%d.jpg" % number, whole[:len(whole) // 2]
        else:
            name, content = b"IMG_%d.jpg" % number, photo(generator)
        result.append((folder + name, content))
    # The same article twice under one name, from two folders that are one after the other: the
    # second must get `~2`. Both lie at the top, so the first is dropped into `done/` beforehand.
    return result
