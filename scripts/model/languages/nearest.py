#!/usr/bin/env python3
"""Step 4: which English words a word is near, and which words are worth a place.

    nearest.py WORK MODEL

MODEL is `words.skm`. WORK receives `targets.json`, the English words that others are compared with, and for each
language `candidates-XX.json`, `[[word, share, sureness], …]`, best first, with `candidates-XX.npy`: the row each should
have, a mean of the rows of the English words that Universal Sentence Encoder puts nearest.
"""
import argparse
import os
import re

import numpy as np

from common import DIM, LANGUAGES, Encoder, read_json, read_model, unit, write_json

N_CANDIDATES = 40_000
N_TARGETS = 18_000
N_AXES = 160  # the encoder's 512 dimensions, centred; the rest is noise for single words
N_NEAREST, TEMPERATURE = 6, 0.03
N_MOST_FREQUENT = 1500  # come first whatever they mean
FREQUENCY, USE, SURENESS = 0.6, 0.4, 3.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("model")
    args = parser.parse_args()
    encoder = Encoder(args.work)
    shares = {language: dict(read_json(args.work, f"words-{language}")) for language in (*LANGUAGES, "en")}
    model_words, model_rows = read_model(args.model)
    targets = Targets(encoder, shares, model_words, model_rows)
    write_json(args.work, "targets", targets.words)
    for language in LANGUAGES:
        words = own_words(shares[language], shares["en"], set(model_words))
        p = np.array([shares[language][word] for word in words])
        rows, sureness, use = targets.nearest(encoder.vectors(words))
        score = FREQUENCY * np.log(p) + USE * use + SURENESS * np.minimum(sureness, 0.9)
        score[:N_MOST_FREQUENT] += 5
        order = np.argsort(-score, kind="stable")
        candidates = [[words[i], p[i], round(float(sureness[i]), 3)] for i in order]
        write_json(args.work, f"candidates-{language}", candidates)
        np.save(os.path.join(args.work, f"candidates-{language}.npy"), rows[order].astype(np.float16))
        print(language, len(words), [words[i] for i in order[5000:5008]], flush=True)


def own_words(shares, english, model_words):
    """The most frequent words, without names that English texts hold as well and that the model does not know."""
    own = [word for word, p in shares.items() if word in model_words or p > 2 * english.get(word, 0)]
    return own[:N_CANDIDATES]


class Targets:
    """Frequent English words that are not rather words of another language: their rows, and their places by USE."""

    def __init__(self, encoder, shares, words, rows):
        english, ids = shares["en"], {word: i for i, word in enumerate(words)}
        foreign = [shares[language] for language in LANGUAGES]
        self.words = [
            word
            for word, p in english.items()
            if word in ids
            and re.fullmatch(r"[a-z]{3,}", word)
            and all(other.get(word, 0) < 1.5 * p for other in foreign)
        ][:N_TARGETS]
        self.rows = rows[[ids[word] for word in self.words]]
        self.log_p = np.log([english[word] for word in self.words])
        vectors = encoder.vectors(self.words)
        centred = vectors - vectors.mean(0)
        self.axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :N_AXES]
        self.places = unit(centred @ self.axes).astype(np.float32)

    def nearest(self, vectors):
        """Per word: the mean row of its nearest targets, their mean cosine, and the mean log share of those."""
        places = unit((vectors - vectors.mean(0)) @ self.axes).astype(np.float32)
        # A target that is near to everything counts less: half its mean cosine to its ten nearest words.
        hubness = np.partition(self.places @ places[:3000].T, -10, axis=1)[:, -10:].mean(1)
        rows = np.empty((len(places), DIM), np.float32)
        sureness, use = np.empty(len(places), np.float32), np.empty(len(places), np.float32)
        for start in range(0, len(places), 2000):
            part = slice(start, start + 2000)
            cosines = places[part] @ self.places.T
            scores = cosines - 0.5 * hubness
            top = np.argpartition(-scores, N_NEAREST, axis=1)[:, :N_NEAREST]
            scores, cosines = np.take_along_axis(scores, top, 1), np.take_along_axis(cosines, top, 1)
            weights = np.exp((scores - scores.max(1, keepdims=True)) / TEMPERATURE)
            weights /= weights.sum(1, keepdims=True)
            rows[part] = np.einsum("nk,nkd->nd", weights, self.rows[top])
            sureness[part], use[part] = (weights * cosines).sum(1), (weights * self.log_p[top]).sum(1)
        return rows, sureness, use


if __name__ == "__main__":
    main()
