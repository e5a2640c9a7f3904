#!/usr/bin/env python3
"""Step 4: write the model file that skillpress embeds, and its test vectors.

    pack.py DIR OUT

DIR holds the table as train.py wrote it: words.txt (a word a line, the most frequent first), rows.i4 (128 signed nibbles a word, low nibble
first) and scales.f32. OUT receives words.skm and test_vectors.jsonl. `docs/format.md` specifies the model file.

Every row is rotated, which changes no cosine. The first 80 dimensions hold the directions in which the table varies most,
three quarters of all it says, and are what the 1-bit codes of vectors keep; within the 80, and within the other 48, a
random rotation spreads that evenly, so that one bit a dimension says as much as it can. As the rotation is baked into
the rows, neither the build nor a browser ever rotates anything.
"""
import argparse
import json
import math
import os
import struct
import zlib

import numpy as np

DIM = 128
SIGN_DIMS = 80  # as in the reader's `vector/code.rs`
MAGIC = b"SKPM"
VERSION = 2
TIER_WORDS = 256  # words of a tier, the most frequent first
LEAST_NORM = 0.005  # of the median; below it a row says nothing, and its word is left out
SCALE_FACTORS = (1.0, 0.9, 0.8, 0.7, 0.6)  # of the scale at which no value is cut off


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("out")
    args = parser.parse_args()
    words, rows = read_table(args.dir)
    words, rows, tiers = useful(words, rotate(rows))
    codes, scales = quantise(rows)
    median_norm = np.float32(np.median(np.linalg.norm(codes * scales.astype(np.float32)[:, None], axis=1)))
    model = encode(words, codes, scales, tiers, median_norm)
    os.makedirs(args.out, exist_ok=True)
    with open(os.path.join(args.out, "words.skm"), "wb") as f:
        f.write(model)
    with open(os.path.join(args.out, "test_vectors.jsonl"), "w", encoding="utf-8") as f:
        for line in test_vectors(words, codes, scales):
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"{len(words)} words, {len(model)} bytes, median norm {median_norm:.6f}")


def read_table(path):
    with open(os.path.join(path, "words.txt"), encoding="utf-8") as f:
        words = f.read().split("\n")[:-1]
    nibbles = np.fromfile(os.path.join(path, "rows.i4"), np.uint8).reshape(len(words), DIM // 2)
    codes = np.empty((len(words), DIM), np.int8)
    codes[:, 0::2] = (nibbles & 15).astype(np.int8) << 4 >> 4  # sign-extend
    codes[:, 1::2] = nibbles.astype(np.int8) >> 4
    return words, codes.astype(np.float64) * np.fromfile(os.path.join(path, "scales.f32"), "<f4")[:, None]


def useful(words, rows):
    """Words in the order of their UTF-8 bytes, without those whose row says nothing or that a reader would refuse; their
    rows and tiers."""
    norms = np.linalg.norm(rows, axis=1)
    keep = [i for i in range(len(words)) if norms[i] >= LEAST_NORM * np.median(norms) and len(words[i].encode()) <= 64]
    keep.sort(key=lambda i: words[i].encode())
    return [words[i] for i in keep], rows[keep], [min(i // TIER_WORDS, 255) for i in keep]


def rotate(rows):
    _, axes = np.linalg.eigh(rows.T @ rows)
    axes = axes[:, ::-1]  # most first
    first, rest = axes[:, :SIGN_DIMS], axes[:, SIGN_DIMS:]
    return rows @ np.hstack([first @ random_rotation(SIGN_DIMS), rest @ random_rotation(DIM - SIGN_DIMS)])


def random_rotation(dim):
    """From splitmix64, so that it does not depend on a library's generator."""
    mask, values = (1 << 64) - 1, []
    for i in range(1, 12 * dim * dim + 1):
        z = (i * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        values.append((z ^ (z >> 31)) / 2**64)
    # Twelve uniform numbers add up to a nearly normal one, whose direction in `dim` dimensions is random.
    normal = np.array(values).reshape(dim, dim, 12).sum(axis=2) - 6
    rotation, _ = np.linalg.qr(normal)
    return rotation


def quantise(rows):
    """Codes -7..7 and a half-precision scale: the one of five scales with the least squared error."""
    top = np.abs(rows).max(axis=1) / 7
    best_error = np.full(len(rows), np.inf)
    best_scales, best_codes = np.zeros(len(rows), np.float16), np.zeros(rows.shape, np.int8)
    for factor in SCALE_FACTORS:
        scales = (top * factor).astype(np.float16)
        codes = np.clip(np.rint(rows / np.maximum(scales.astype(np.float64), 2.0**-24)[:, None]), -7, 7)
        error = ((codes * scales.astype(np.float64)[:, None] - rows) ** 2).sum(axis=1)
        better = error < best_error
        best_error[better], best_scales[better], best_codes[better] = error[better], scales[better], codes[better]
    return best_codes, best_scales


def encode(words, codes, scales, tiers, median_norm):
    front_coded, previous = bytearray(), b""
    for word in (word.encode() for word in words):
        shared = len(os.path.commonprefix([previous, word]))
        front_coded += bytes([shared, len(word) - shared]) + word[shared:]
        previous = word
    nibbles = ((codes[:, 0::2] & 15) | ((codes[:, 1::2] & 15) << 4)).astype(np.uint8)
    body = MAGIC + struct.pack("<IIfI", VERSION, len(words), median_norm, len(front_coded)) + bytes(front_coded)
    body += np.concatenate([nibbles, scales.astype("<f2").view(np.uint8).reshape(-1, 2)], axis=1).tobytes()
    body += bytes(tiers)
    return body + struct.pack("<I", zlib.crc32(body))


TEXTS = [
    ["keep", "my", "mac", "awake"],
    ["pdf"],
    ["merge", "two", "pdf", "files"],
    ["send", "a", "message", "to", "slack", "channel"],
    ["x402", "payment"],
    ["how", "do", "i", "stop", "my", "laptop", "from", "sleeping"],
    ["zzzzqqq"],
    ["the", "the", "the"],
    ["c", "code", "review"],
    ["für", "schöne", "musik"],
]


def test_vectors(words, codes, scales):
    """The embedding in exact integers, as the reader computes it: a second implementation to compare with."""
    ids = {word: i for i, word in enumerate(words)}
    for text in TEXTS:
        known = [ids[word] for word in text if word in ids]
        total = [sum(int(codes[i, d]) * int(float(scales[i]) * 2**24) for i in known) for d in range(DIM)]
        yield {"words": text, "known": [word in ids for word in text], "vector": unit(total)}


def unit(total):
    """Q15 components of a vector of this direction; None for the zero vector."""
    most = max(abs(x) for x in total)
    if most == 0:
        return None
    shift = most.bit_length() - 24
    total = [x >> shift if shift > 0 else x << -shift for x in total]
    norm = math.isqrt(sum(x * x for x in total))
    halves = [(abs(x) * 2**16 + norm) // (2 * norm) for x in total]
    return [max(-32767, min(32767, h if x >= 0 else -h)) for x, h in zip(total, halves)]


if __name__ == "__main__":
    main()
