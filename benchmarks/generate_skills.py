#!/usr/bin/env python3
"""Writes a content folder of many skills, remixed from the sentences of a smaller one.

  generate_skills.py CONTENT OUT --skills 20000 [--seed 1]

CONTENT and OUT are content folders: each holds skills/<owner>/<slug>/SKILL.md. The same input and seed give the same files.

A skill takes 70 % of its sentences from one donor and the rest from two others. Remixing alone would stop finding new
words after a while, which real text never does: its vocabulary grows as K * n^beta with the number n of words (Heaps).
K and beta are fitted to CONTENT, and whenever the vocabulary falls behind that curve a word is replaced by a coined one.
Coined words come back as a Yule process has it (one that was used more often is used again sooner), so that few are
frequent and most are rare. They are spelled as a beginning and an end of words of CONTENT.
"""
import argparse
import json
import math
import pathlib
import random
import re

TOKEN = re.compile(r"[^\W_]+")            # What an index takes for a word.
BODY_CHARS_MAX = 5000        # Indexes read the first 1,500.
REPEATED_COINS = 0.02        # Share of words that become a coined word that was there before.
COINED_NAMES = 0.3           # Share of names with a word of their own.


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("content", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--skills", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    donors = read_donors(args.content)
    heaps = fit_heaps(donors)
    generator = Generator(donors, heaps, random.Random(args.seed))
    for _ in range(args.skills):
        owner, slug, text = generator.skill()
        folder = args.out / "skills" / owner / slug
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    print(f"{args.skills} skills of {len(donors)} donors: {generator.n_words} words, {len(generator.vocabulary)} distinct, "
          f"{len(generator.coined)} of them coined; Heaps K {heaps[0]:.2f} beta {heaps[1]:.3f}")


def read_donors(content):
    """Name, description, tags and sentences of every skill, in the order of their paths."""
    donors = []
    for path in sorted(content.glob("skills/*/*/SKILL.md")):
        text = path.read_text(encoding="utf-8", errors="replace")
        front, body = split_front_matter(text)
        name = field(front, "name") or path.parent.name
        tags = re.findall(r"[a-z0-9-]{2,30}", field(front, "tags") or "")
        sentences = [s for s in re.split(r"(?<=[.!?:])\s+|\n+", body) if s.strip()]
        description = field(front, "description") or sentences[0] if sentences else ""
        if len(sentences) >= 3:
            donors.append((name, description, tags, sentences))
    if len(donors) < 3:
        raise SystemExit(f"{content} holds fewer than three skills with text")
    return donors


def split_front_matter(text):
    parts = re.split(r"^---[ \t]*$", text, maxsplit=2, flags=re.M)
    return (parts[1], parts[2]) if len(parts) == 3 and not parts[0].strip() else ("", text)


def field(front, key):
    """A field of the front matter, on its line or indented below it."""
    found = re.search(rf"^{key}:[ \t]*(.*(?:\n[ \t]+.*)*)", front, flags=re.M)
    return re.sub(r"^[|>][-+]?\s", "", " ".join(found.group(1).split())).strip("\"'") if found else None


def fit_heaps(donors):
    """K and beta of the line through log(distinct words) over log(words), by least squares."""
    seen, n_words, points = set(), 0, []
    for name, description, _, sentences in donors:
        for word in TOKEN.findall(" ".join([name, description, *sentences])):
            n_words += 1
            seen.add(word.lower())
            if n_words % 1000 == 0:
                points.append((math.log(n_words), math.log(len(seen))))
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    beta = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return math.exp(mean_y - beta * mean_x), beta


def is_replaceable(word):
    return len(word) > 4 and word.isascii() and word.isalpha()


class Generator:
    def __init__(self, donors, heaps, rng):
        self.donors, self.heaps, self.rng = donors, heaps, rng
        self.words = sorted({w.lower() for d in donors for w in TOKEN.findall(d[1]) if is_replaceable(w)})
        self.n_words = 0
        self.vocabulary = set()
        self.coined = set()
        self.coins = []          # Every use of a coined word: drawing from it favours the frequent ones.
        self.owners = []         # The same of owners.
        self.taken = set()

    def skill(self):
        donor, *others = self.rng.sample(self.donors, 3)
        name, slug = self.name(donor, others)
        description = self.reworded(self.rng.choice([donor, donor, donor, *others])[1])
        n_sentences = len(donor[3])
        sentences = []
        for idx in range(n_sentences):
            source = donor if self.rng.random() < 0.7 else self.rng.choice(others)
            sentences.append(self.reworded(source[3][idx % len(source[3])]))
        tags = sorted(set(donor[2][:3] + others[0][2][:1]))
        body = "\n".join(sentences)[:BODY_CHARS_MAX]
        front = [f"name: {json.dumps(name)}", f"description: {json.dumps(description)}"]
        if tags:
            front.append(f"tags: [{', '.join(tags)}]")
        return self.owner(slug), slug, "---\n" + "\n".join(front) + f"\n---\n\n# {name}\n\n{body}\n"

    def name(self, donor, others):
        """One to three words of the donors' names, some with a coined one, and the slug of it."""
        pool = [word for d in [donor, *others] for word in TOKEN.findall(d[0])] or ["skill"]
        words = [self.rng.choice(pool) for _ in range(self.rng.choice([1, 2, 2, 3]))]
        if self.rng.random() < COINED_NAMES:
            words.append(self.coin())
        words = list(dict.fromkeys(words))
        slug = "-".join(words).lower()[:60].strip("-")
        return " ".join(words).title(), slug

    def owner(self, slug):
        """An owner who has no such slug: a new one, or one who publishes much."""
        while True:
            if not self.owners or self.rng.random() < 0.35:
                owner = f"{self.rng.choice(self.words)}{self.rng.randrange(1000)}"
            else:
                owner = self.rng.choice(self.owners)
            if (owner, slug) not in self.taken:
                self.taken.add((owner, slug))
                self.owners.append(owner)
                return owner

    def reworded(self, sentence):
        return TOKEN.sub(self.replaced, sentence)

    def replaced(self, found):
        word = found.group()
        self.n_words += 1
        if is_replaceable(word):
            behind = len(self.vocabulary) < self.heaps[0] * self.n_words ** self.heaps[1]
            if behind and word.lower() in self.vocabulary:
                word = self.coin()
            elif self.coins and self.rng.random() < REPEATED_COINS:
                word = self.rng.choice(self.coins)
                self.coins.append(word)
        self.vocabulary.add(word.lower())
        return word

    def coin(self):
        while True:
            start, end = self.rng.choice(self.words), self.rng.choice(self.words)
            word = start[: self.rng.randint(2, 5)] + end[-self.rng.randint(2, 6):]
            if word not in self.vocabulary and word not in self.coined:
                self.coined.add(word)
                self.coins.append(word)
                return word


main()
