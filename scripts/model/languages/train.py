#!/usr/bin/env python3
"""Step 5: learn a row for each foreign word.

    train.py WORK MODEL

WORK receives `trained.json`, `[[word, [language, …]], …]`, with `trained.npy`, a row a word, and `parts.json`, the
words of each language that keep the row of their English spelling.

The rows of English words stay as they are. A text is the unit vector of the sum of its words' rows; each step draws a
batch of aligned texts, whose target is the vector of the English side, and a batch of single words, whose target is
where step 4 puts them. Loss: cosine to the target, and InfoNCE within the batch. Adam on the rows touched, words of
texts dropped at random, linear decay.
"""
import argparse
import os

import numpy as np
from scipy.sparse import csr_matrix, vstack

from common import DIM, LANGUAGES, SPACED, read_json, read_model, runs, unit, write_json
from segment import Segmenter

N_WORDS = 20_000  # of each language, with those that keep their English row
ANOTHER_MEANING = 4.0  # times as frequent as in English: the spelling has a row of its own
ENGLISH = 0.5  # times as frequent as in English at most: an English word that foreign texts quote
N_DESCRIPTIONS, N_MESSAGES = 30_000, 160_000
BATCH, N_STEPS, RATE = 1024, 5000, 1.5e-3
TAU, CONTRAST, WORD_WEIGHT, DROPOUT = 0.06, 0.5, 0.3, 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("model")
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    table = Table(args.work, *read_model(args.model))
    texts, words = table.read_texts(args.work), table.read_words(args.work)
    print(len(table.languages), "words;", texts.counts.shape[0], "texts", flush=True)
    for step in range(N_STEPS):
        parts = [table.gradient(texts.draw(rng, DROPOUT), 1.0), table.gradient(words.draw(rng, 0), WORD_WEIGHT)]
        table.step(parts, RATE * (1 - step / N_STEPS))
    foreign = sorted(table.languages)
    np.save(os.path.join(args.work, "trained.npy"), table.rows[[table.ids[word] for word in foreign]])
    write_json(args.work, "trained", [[word, table.languages[word]] for word in foreign])
    write_json(args.work, "parts", table.parts)


class Samples:
    """Texts as word counts with their targets, each language as likely as any other."""

    def __init__(self):
        self.all_counts, self.all_targets, self.all_weights = [], [], []

    def add(self, counts, targets, weights):
        self.all_counts.append(counts)
        self.all_targets.append(targets)
        self.all_weights.append(weights / weights.sum() / len(LANGUAGES))

    def done(self):
        self.counts, self.targets = vstack(self.all_counts).tocsr(), np.concatenate(self.all_targets)
        self.cumulated = np.cumsum(np.concatenate(self.all_weights))
        return self

    def draw(self, rng, dropout):
        drawn = np.searchsorted(self.cumulated, rng.random(BATCH)).clip(0, len(self.cumulated) - 1)
        drawn = np.unique(drawn)
        counts = self.counts[drawn]
        if dropout:
            counts.data = counts.data * (rng.random(len(counts.data)) > dropout)
        return counts, self.targets[drawn]


class Table:
    """Rows of English words and, after them or in their place, of foreign ones; Adam's moments of them."""

    def __init__(self, work, english_words, english_rows):
        english, ids = dict(read_json(work, "words-en")), {word: i for i, word in enumerate(english_words)}
        self.n_english, self.english_rows = len(english_words), english_rows
        self.english_ids = dict(ids)
        self.languages, self.parts = {}, {language: [] for language in LANGUAGES}
        for language, candidates in chosen(work, {word: p for word, p in english.items() if word in ids}):
            for word, share in candidates:
                if word not in ids or share > ANOTHER_MEANING * english.get(word, 1e-9):
                    self.languages.setdefault(word, []).append(language)
                else:
                    self.parts[language].append(word)
        for word in self.languages:
            ids.setdefault(word, len(ids))
        self.ids = ids
        known = set(self.languages).union(*self.parts.values())
        self.segmenter = Segmenter(known, set(english_words) - set(self.languages))
        self.rows = np.zeros((len(ids), DIM), np.float32)
        self.rows[: self.n_english] = english_rows
        self.foreign = np.zeros(len(ids), bool)
        self.foreign[[ids[word] for word in self.languages]] = True
        self.mean, self.square = np.zeros_like(self.rows), np.zeros_like(self.rows)

    def count(self, texts, ids):
        """Rows of word counts; a text is a list of words."""
        found = [[ids[word] for word in text if word in ids] for text in texts]
        ends = np.concatenate([[0], np.cumsum([len(row) for row in found])])
        indices = np.fromiter((i for row in found for i in row), np.int32, ends[-1])
        counts = csr_matrix((np.ones(ends[-1], np.float32), indices, ends), shape=(len(texts), len(self.ids)))
        counts.sum_duplicates()
        return counts

    def read_texts(self, work):
        samples = Samples()
        for language in LANGUAGES:
            texts = read_json(work, f"texts-{language}")
            texts = [t for t in texts if t[0] == "D"][:N_DESCRIPTIONS] + [t for t in texts if t[0] == "M"][:N_MESSAGES]
            counts = self.count([self.segmenter.words(foreign) for _, foreign, _ in texts], self.ids)
            english = self.count([runs(original) for _, _, original in texts], self.english_ids)
            targets = english[:, : self.n_english] @ self.english_rows
            useful = (np.linalg.norm(targets, axis=1) > 0) & (counts @ self.foreign.astype(np.float32) > 0)
            samples.add(counts[useful], unit(targets[useful]), np.ones(useful.sum()))
        return samples.done()

    def read_words(self, work):
        """All candidates, also those that are cut into chosen words; foreign rows start where these put them."""
        samples, sums, weights = Samples(), np.zeros_like(self.rows), np.zeros(len(self.ids), np.float32)
        for language in LANGUAGES:
            candidates = read_json(work, f"candidates-{language}")
            targets = np.load(os.path.join(work, f"candidates-{language}.npy")).astype(np.float32)
            words = [word for word, _, _ in candidates]
            share, sureness = np.array([[p, sureness] for _, p, sureness in candidates]).T
            for word, target, weight in zip(words, targets, share * np.maximum(sureness, 0.1)):
                if word in self.languages:
                    sums[self.ids[word]] += weight * target
                    weights[self.ids[word]] += weight
            counts = self.count([self.segmenter.cut(word) for word in words], self.ids)
            likely = share**0.35 * np.maximum(sureness - 0.35, 0.02) * (np.diff(counts.indptr) > 0)
            samples.add(counts, unit(targets), likely)
        started = weights > 0
        self.rows[started] = sums[started] / weights[started, None]
        return samples.done()

    def gradient(self, drawn, weight):
        counts, targets = drawn
        sums = counts @ self.rows
        lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-3)
        units = sums / lengths
        similarity = units @ targets.T / TAU
        error = (softmax(similarity, 1) + softmax(similarity, 0)) / 2
        error[np.arange(len(error)), np.arange(len(error))] -= 1
        gradient = weight * (CONTRAST * error @ targets - targets) / len(targets)
        return counts, (gradient - units * (gradient * units).sum(1, keepdims=True)) / lengths

    def step(self, parts, rate):
        counts = vstack([counts for counts, _ in parts]).tocsr()
        touched = np.unique(counts.indices)
        touched = touched[self.foreign[touched]]
        gradient = counts[:, touched].T @ np.concatenate([gradient for _, gradient in parts])
        self.mean[touched] = 0.9 * self.mean[touched] + 0.1 * gradient
        self.square[touched] = 0.99 * self.square[touched] + 0.01 * gradient * gradient
        self.rows[touched] -= rate * self.mean[touched] / (np.sqrt(self.square[touched]) + 1e-9)


def chosen(work, english):
    """The best candidates of each language with their shares, and its words of one letter (y, e, и, в).

    `english`: shares of the words that have an English row.
    """
    for language in LANGUAGES:
        candidates = [(word, share) for word, share, _ in read_json(work, f"candidates-{language}")]
        candidates = [(word, share) for word, share in candidates if share > ENGLISH * english.get(word, 0)][:N_WORDS]
        if language in SPACED:
            frequent = read_json(work, f"words-{language}")[:400]
            candidates = [(word, share) for word, share in frequent if len(word) == 1] + candidates
        yield language, list(dict(candidates).items())


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


if __name__ == "__main__":
    main()
