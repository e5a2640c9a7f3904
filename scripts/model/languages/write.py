#!/usr/bin/env python3
"""Step 6: write the table: foreign words as references to two English ones.

    write.py WORK MODEL OUT

OUT receives `refs-en.txt` and, for each language, `words-XX.txt`, `refs-XX.bin` and `parts-XX.txt`; the README beside
this file says what they hold. A reference is found by matching pursuit: the English word nearest to the row, then the
one nearest to what is left, then both weights by least squares.
"""
import argparse
import os

import numpy as np

from common import LANGUAGES, read_json, read_model, unit, write_lines

N_REFERRED = 15_000
ONE = 64  # a weight of 64 is the English row itself


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("model")
    parser.add_argument("out")
    args = parser.parse_args()
    trained, rows = read_json(args.work, "trained"), np.load(os.path.join(args.work, "trained.npy"))
    ids = {word: i for i, (word, _) in enumerate(trained)}
    english_words, english_rows = read_model(args.model)
    english = dict(zip(english_words, english_rows))
    referred = [word for word in read_json(args.work, "targets") if word not in ids][:N_REFERRED]
    references = refer(rows, np.array([english[word] for word in referred]))
    write_lines(args.out, "refs-en.txt", referred)
    parts = read_json(args.work, "parts")
    for language in LANGUAGES:
        candidates = (word for word, _, _ in read_json(args.work, f"candidates-{language}"))
        of_language = {word for word, languages in trained if language in languages}
        best_first = [word for word in candidates if word in of_language]
        short = sorted(of_language - set(best_first))  # words of one letter are no candidates
        words = short + best_first
        write_lines(args.out, f"words-{language}.txt", words)
        write_lines(args.out, f"parts-{language}.txt", parts[language])
        references[[ids[word] for word in words]].tofile(os.path.join(args.out, f"refs-{language}.bin"))
        print(language, len(words), "words;", len(parts[language]), "parts", flush=True)


def refer(rows, english):
    """References of six bytes: two u16 (lines of `refs-en.txt`, from 0), two u8 (weights in 64ths)."""
    units, lengths = unit(english), np.linalg.norm(english, axis=1)
    references = np.zeros(len(rows), np.dtype([("word", "<u2", 2), ("weight", "u1", 2)]))
    for start in range(0, len(rows), 8000):
        part = rows[start : start + 8000]
        first = np.argmax(part @ units.T, axis=1)
        along = np.maximum((part * units[first]).sum(1, keepdims=True), 0)
        second = np.argmax((part - along * units[first]) @ units.T, axis=1)
        words = np.stack([first, second], 1)
        both = units[words]
        gram = np.einsum("nkd,nld->nkl", both, both) + 1e-3 * np.eye(2)
        weights = np.linalg.solve(gram, np.einsum("nkd,nd->nk", both, part)[..., None])[..., 0]
        references["word"][start : start + 8000] = words
        references["weight"][start : start + 8000] = np.clip(np.rint(ONE * weights / lengths[words]), 0, 255)
    return references


if __name__ == "__main__":
    main()
