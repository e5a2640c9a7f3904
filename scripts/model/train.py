#!/usr/bin/env python3
"""Step 3: train the word table (about three minutes).

    train.py WORK OUT

WORK holds texts.json, pairs.json, words.json (step 1) and teacher.npy (step 2). OUT receives words.txt, rows.i4 and
scales.f32, which pack.py reads.

A text is the unit vector of the sum of its words' rows; a row's length is its word's weight. Every step adds
 - distillation: cosine to the teacher's vector (384 -> 128 by uncentred PCA), and the KL divergence between the softmax
   similarities of teacher and student within a batch of neighbours, student-student and student-teacher;
 - contrast: InfoNCE within a batch of weak pairs, with some of the words that both sides share dropped from one.
Adam on the rows touched, word dropout, linear decay. Training longer or faster is worse: it overfits the teacher.
"""
import argparse
import json
import os
import re

import numpy as np
from scipy.sparse import csr_matrix, vstack

DIM, BATCH, EPOCHS, RATE = 128, 1024, 3, 5e-4
TEACHER_TAU, PAIR_TAU = 0.05, 0.07
WORD_DROPOUT, SHARED_DROPOUT = 0.1, 0.3
TEXT_SOURCES, PAIR_WEIGHTS = "ACGN", {"C": 4.0, "A": 3.0, "N": 1.0, "W": 1.0}
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("out")
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    words = [word for word, _ in read_json(args.work, "words")]
    ids = {word: i for i, word in enumerate(words)}
    texts, targets = read_texts(args.work, ids, rng)
    groups = group(targets, rng)
    model = Model(first_rows(texts, targets))
    pairs = Pairs(args.work, ids, rng)
    n_steps = EPOCHS * len(targets) // BATCH
    while model.n_steps < n_steps:
        # Neighbours in one batch: their differences are what is to be learned.
        order = np.lexsort((rng.random(len(targets)), rng.random(groups.max() + 1)[groups]))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            if model.n_steps >= n_steps:
                break
            distilled = distil(model, texts, targets, np.sort(order[start : start + BATCH]), rng)
            contrasted = contrast(model, pairs, rng)
            model.step([distilled, contrasted], 1 - model.n_steps / n_steps)
    write(args.out, words, model.rows)


def read_json(folder, name):
    with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as f:
        return json.load(f)


def read_texts(work, ids, rng):
    """Texts as rows of word counts, and the teacher's vectors of them in DIM dimensions."""
    texts, teacher = read_json(work, "texts"), np.load(os.path.join(work, "teacher.npy"), mmap_mode="r")
    keep = np.array([i for i, (_, source) in enumerate(texts) if source in TEXT_SOURCES])
    counts, teacher = count_words([texts[i][0] for i in keep], ids), np.asarray(teacher[keep])
    known = np.diff(counts.indptr) > 0
    counts, teacher = counts[known], teacher[known]
    sample = teacher[rng.permutation(len(teacher))[:60_000]].astype(np.float32)
    basis = np.linalg.eigh(sample.T @ sample)[1][:, ::-1][:, :DIM]
    parts = [unit(teacher[i : i + 100_000].astype(np.float32) @ basis) for i in range(0, len(teacher), 100_000)]
    return counts, np.concatenate(parts).astype(np.float32)


def count_words(texts, ids):
    rows = [[ids[word] for word in re.findall(r"[^\W_]+", text.lower()) if word in ids] for text in texts]
    ends = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    indices = np.concatenate(rows).astype(np.int32)
    counts = csr_matrix((np.ones(ends[-1], np.float32), indices, ends), shape=(len(rows), len(ids)))
    counts.sum_duplicates()
    return counts


def group(vectors, rng):
    """Two rounds of k-means, about BATCH / 4 vectors a group."""
    n_groups = max(8, len(vectors) // (BATCH // 4))
    centres = vectors[rng.permutation(len(vectors))[:n_groups]].copy()
    n_groups = len(centres)

    def nearest(vectors):
        parts = [np.argmax(vectors[i : i + 20_000] @ centres.T, 1) for i in range(0, len(vectors), 20_000)]
        return np.concatenate(parts)

    sample = vectors[rng.permutation(len(vectors))[:200_000]]
    for _ in range(2):
        members = csr_matrix(
            (np.ones(len(sample), np.float32), (nearest(sample), np.arange(len(sample)))),
            shape=(n_groups, len(sample)),
        )
        sums = members @ sample
        lengths = np.linalg.norm(sums, axis=1)
        centres[lengths > 0] = sums[lengths > 0] / lengths[lengths > 0, None]
    return nearest(vectors)


def first_rows(texts, targets):
    """A word starts as the mean of its texts, the rarer the longer."""
    n_texts = np.asarray((texts > 0).sum(0)).ravel()
    weights = 1e-3 / (1e-3 + n_texts / len(targets))
    weights /= weights.mean()
    sums = texts.T.tocsr() @ targets - n_texts[:, None] * targets.mean(0)
    return (unit(sums) * weights[:, None] * 0.5).astype(np.float32)


class Pairs:
    """Pairs of texts as word counts, drawn by the weights of their sources."""

    def __init__(self, work, ids, rng):
        pairs = read_json(work, "pairs")
        left, right = count_words([p[1] for p in pairs], ids), count_words([p[2] for p in pairs], ids)
        known = (np.diff(left.indptr) > 0) & (np.diff(right.indptr) > 0)
        self.left, self.right = left[known], right[known]
        weights = np.array([PAIR_WEIGHTS[p[0]] for p in pairs])[known]
        self.cumulated = np.cumsum(weights / weights.sum())
        self.rng = rng

    def draw(self):
        drawn = np.searchsorted(self.cumulated, self.rng.random(BATCH)).clip(0, len(self.cumulated) - 1)
        drawn = np.unique(drawn)
        return self.left[drawn].copy(), self.right[drawn].copy()


class Model:
    """The rows, and Adam's moments of them."""

    def __init__(self, rows):
        self.rows, self.n_steps = rows, 0
        self.mean, self.square = np.zeros_like(rows), np.zeros_like(rows)

    def embed(self, counts):
        sums = counts @ self.rows
        lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-4)
        return sums / lengths, lengths

    def step(self, parts, rate):
        counts = vstack([counts for counts, _ in parts]).tocsr()
        gradient = counts.T @ np.concatenate([gradient for _, gradient in parts])
        touched = np.unique(counts.indices)
        gradient = gradient[touched]
        self.mean[touched] = 0.9 * self.mean[touched] + 0.1 * gradient
        self.square[touched] = 0.99 * self.square[touched] + 0.01 * gradient * gradient
        self.rows[touched] -= RATE * rate * self.mean[touched] / (np.sqrt(self.square[touched]) + 1e-9)
        self.n_steps += 1


def distil(model, texts, targets, batch, rng):
    counts, target = drop_words(texts[batch].copy(), rng), targets[batch]
    student, lengths = model.embed(counts)
    among_targets, among_students = target @ target.T / TEACHER_TAU, student @ student.T / TEACHER_TAU
    across = (softmax(student @ target.T / TEACHER_TAU) - softmax(among_targets)) / BATCH
    np.fill_diagonal(among_targets, -1e9)
    np.fill_diagonal(among_students, -1e9)
    among = (softmax(among_students) - softmax(among_targets)) / BATCH
    gradient = -target / BATCH + (among + among.T) @ student + across @ target
    return counts, through_unit(gradient, student, lengths)


def contrast(model, pairs, rng):
    left, right = pairs.draw()
    shared = right.multiply(left > 0).tocsr()
    shared.data = np.where(rng.random(len(shared.data)) < SHARED_DROPOUT, shared.data, 0)
    right = (right - shared).tocsr()
    right.eliminate_zeros()
    left = drop_words(left, rng)
    (a, a_lengths), (b, b_lengths) = model.embed(left), model.embed(right)
    similarity = a @ b.T / PAIR_TAU
    error = (softmax(similarity) + softmax(similarity, 0)) / 2
    error[np.arange(len(error)), np.arange(len(error))] -= 1
    error /= len(error)
    gradients = [through_unit(error @ b, a, a_lengths), through_unit(error.T @ a, b, b_lengths)]
    return vstack([left, right]).tocsr(), np.concatenate(gradients)


def drop_words(counts, rng):
    counts.data = counts.data * (rng.random(len(counts.data)) > WORD_DROPOUT)
    return counts


def through_unit(gradient, units, lengths):
    return (gradient - units * (gradient * units).sum(1, keepdims=True)) / lengths


def softmax(x, axis=1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)


def write(out, words, rows):
    """Four bits a value and a scale for each row: of five scales the one with the least squared error."""
    keep = [
        i
        for i, word in enumerate(words)
        if np.linalg.norm(rows[i]) >= 1e-6 and not (CJK.search(word) and len(word) != 2)
    ]
    rows = rows[keep]
    top = np.abs(rows).max(1, keepdims=True) / 7
    scales, least = top.copy(), np.full(len(rows), np.inf)
    for factor in (1, 0.9, 0.8, 0.7, 0.6):
        codes = np.clip(np.rint(rows / (top * factor)), -7, 7)
        error = ((codes * top * factor - rows) ** 2).sum(1)
        better = error < least
        least[better], scales[better] = error[better], top[better] * factor
    codes = np.clip(np.rint(rows / scales), -7, 7).astype(np.int8)
    os.makedirs(out, exist_ok=True)
    ((codes[:, 0::2] & 15) | ((codes[:, 1::2] & 15) << 4)).astype(np.uint8).tofile(os.path.join(out, "rows.i4"))
    scales.astype("<f4").tofile(os.path.join(out, "scales.f32"))
    with open(os.path.join(out, "words.txt"), "w", encoding="utf-8") as f:
        f.writelines(words[i] + "\n" for i in keep)
    print(len(keep), "words")


if __name__ == "__main__":
    main()
