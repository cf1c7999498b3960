"""The frozen factor A by its definition, in Python's own integers and IEEE doubles: prints SHA-256 digests.

usage: python3 frozen_factor_reference.py SEED PATH RANK IN_FEATURES
"""
import hashlib
import math
import struct
import sys

MASK = (1 << 64) - 1


def draws(seed, path, rank, width):
    key = f"federated-frozen-factor-v1\nseed {seed}\nrank {rank}\nin {width}\n{path}"
    state = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    while True:
        total = 0
        for _ in range(12):
            state = (state + 0x9E3779B97F4A7C15) & MASK
            z = state
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            z ^= z >> 31
            total += z >> 15
        yield (total - (6 << 49)) / float(1 << 49)


def dot(a, b):
    s = 0.0
    for x, y in zip(a, b):
        s += x * y
    return s


def factor(seed, path, rank, width):
    stream = draws(seed, path, rank, width)
    rows = []
    while len(rows) < rank:
        row = [next(stream) for _ in range(width)]
        drawn = math.sqrt(dot(row, row))
        for _ in range(2):
            for earlier in rows:
                length = dot(row, earlier)
                row = [x - length * y for x, y in zip(row, earlier)]
        norm = math.sqrt(dot(row, row))
        if norm > 1e-6 * drawn:
            rows.append([x / norm for x in row])
    return [x for row in rows for x in row]


if __name__ == "__main__":
    values = factor(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    print(hashlib.sha256(struct.pack(f"<{len(values)}f", *values)).hexdigest())
