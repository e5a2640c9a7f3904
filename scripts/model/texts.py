#!/usr/bin/env python3
"""Step 1: gather short public texts, and pairs of texts that mean about the same.

Writes texts.json [[text, source]], pairs.json [[source, a, b]] and words.json [[word, count]]. Sources: C skills,
A Debian packages, N other packages, W WordNet, G queries made up from the others' words. No judged query is read.
"""
import argparse
import collections
import glob
import json
import os
import random
import re
import shutil
import subprocess

N_WORDS = 64_000
N_PACKAGES = 170_000  # of each table
STOP_WORDS = set(
    "a an the of for to in on and or with your you is are be by from as at it this that use when using via can any all "
    "into not if".split()
)
OPENINGS = ["how to ", "", "", "i want to ", "help me ", "find a tool that can ", "something to "]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skills", required=True, help="folder that holds skills/<owner>/<slug>/SKILL.md")
    parser.add_argument("--wordnet", required=True, help="folder that holds data.noun, data.verb, ...")
    parser.add_argument("--packages", nargs="*", default=[], help="tables: name first, summary last, tabs between")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    random.seed(7)
    found = Collection()
    add_skills(found, args.skills)
    add_debian_packages(found)
    for table in args.packages:
        add_packages(found, table)
    add_wordnet(found, args.wordnet)
    random.shuffle(found.pairs)
    count = collections.Counter(word for text in found.texts for word in re.findall(r"[^\W_]+", text.lower()))
    os.makedirs(args.out, exist_ok=True)
    for name, value in [
        ("texts", list(found.texts.items())),
        ("pairs", found.pairs),
        ("words", count.most_common(N_WORDS)),
    ]:
        with open(os.path.join(args.out, f"{name}.json"), "w", encoding="utf-8") as f:
            json.dump(value, f)
    print("texts", collections.Counter(found.texts.values()))
    print("pairs", collections.Counter(source for source, _, _ in found.pairs))


class Collection:
    """Texts with where they come from, the first source first, and pairs."""

    def __init__(self):
        self.texts, self.pairs = {}, []

    def text(self, source, text):
        text = clean(text)[:600]
        if is_english(text):
            self.texts.setdefault(text, source)

    def query(self, text):
        self.texts.setdefault(clean(text), "G")

    def pair(self, source, a, b):
        a, b = clean(a)[:400], clean(b)[:600]
        if len(a) > 2 and len(b) > 10 and a.lower() != b.lower():
            self.pairs.append((source, a, b))


def add_skills(found, folder):
    for name, description, body in read_skills(folder):
        plain = (re.sub(r"[#*`|>]|\[([^\]]*)\]\([^)]*\)", r" \1", line) for line in body.split("\n")[:150])
        lines = [line for line in map(clean, plain) if 15 <= len(line) <= 300]
        whole = f"{name}: {description} {clean(re.sub('[#*`|>_]', ' ', body))[:400]}"
        for text in [f"{name}: {description}", description, name, whole] + lines:
            found.text("C", text)
        if description:
            found.pair("C", name, description)
        for query in made_up_queries(description or body[:400], 14):
            found.query(query)
            found.pair("C", query, whole)
        for line in random.sample(lines, min(12, len(lines))):
            found.pair("C", line, f"{name}: {description}")


def read_skills(folder):
    """Name, description and body without code of each skill; what is no YAML counts as text."""
    import yaml

    for skill in sorted(glob.glob(os.path.join(folder, "skills", "*", "*"))):
        files = [f for f in os.listdir(skill) if f.lower() == "skill.md"]
        body, name, description = "", os.path.basename(skill), ""
        if files:
            with open(os.path.join(skill, files[0]), encoding="utf-8", errors="replace") as f:
                body = f.read()
        front_matter = re.match(r"\ufeff?---\s*\n(.*?)\n---\s*\n?", body, re.S)
        if front_matter:
            body = body[front_matter.end() :]
            try:
                fields = yaml.safe_load(front_matter.group(1))
                description, name = str(fields.get("description") or ""), str(fields.get("name") or name)
            except (yaml.YAMLError, AttributeError):
                pass
        yield name, clean(description), re.sub(r"```.*?```", " ", body, flags=re.S)


def add_debian_packages(found):
    if not shutil.which("apt-cache"):
        return
    dump = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, errors="replace").stdout
    entry = r"^Package: (.*?)$.*?^Description(?:-en)?: (.*?)$((?:\n .*)*)"
    for name, short, long in re.findall(entry, dump, re.M | re.S):
        if re.search(r"-(dbg|dbgsym|dev|doc|data|common)$", name):
            continue
        long = clean(long)
        found.text("A", short)
        if len(long) > 60:
            found.text("A", f"{short}. {long[:400]}")
            found.pair("A", short, long[:400])
        for query in made_up_queries(short, 1):
            found.query(query)
            found.pair("A", query, f"{short}. {long[:200]}")


def add_packages(found, table):
    with open(table, encoding="utf-8", errors="replace") as f:
        rows = [line.rstrip("\n").split("\t") for line in f][1:]
    rows = [(row[0], row[-1]) for row in rows if len(row) > 1 and len(row[-1]) >= 20 and is_english(row[-1])]
    random.shuffle(rows)
    for name, summary in rows[:N_PACKAGES]:
        found.text("N", summary)
        if random.random() < 0.5:
            found.pair("N", re.sub(r"[@/_.-]+", " ", name), summary)
        for query in made_up_queries(summary, 1):
            if random.random() < 0.25:
                found.query(query)
            found.pair("N", query, summary)


def add_wordnet(found, folder):
    for part in ("noun", "verb", "adj", "adv"):
        with open(os.path.join(folder, f"data.{part}"), encoding="utf-8", errors="replace") as f:
            lines = [line for line in f if not line.startswith("  ") and "|" in line]
        for line in lines:
            fields, gloss = line.split("|", 1)
            fields = fields.split()
            n_lemmas = int(fields[3], 16)
            lemmas = [fields[4 + 2 * i].replace("_", " ").split("(")[0] for i in range(n_lemmas)]
            first_sentence = gloss.split(";")[0]
            found.pair("W", ", ".join(lemmas), gloss)
            if len(lemmas) > 1:
                found.pair("W", lemmas[0], f"{lemmas[1]}: {first_sentence}")
            found.text("W", f"{', '.join(lemmas)}: {first_sentence}")


def made_up_queries(text, n):
    """What people might type to find `text`: some of its words in order, shuffled, or as the end of a question."""
    words = re.findall(r"[A-Za-z][A-Za-z0-9+#.-]*", text)
    content = [word for word in words if word.lower() not in STOP_WORDS]
    queries = []
    for _ in range(n if len(content) >= 4 else 0):
        n_words, kind = random.choice([2, 2, 3, 3, 4, 5]), random.random()
        start = random.randrange(max(1, len(content) - n_words + 1))
        if kind < 0.35:
            query = " ".join(content[start : start + n_words])
        elif kind < 0.7:
            query = " ".join(random.sample(content, min(n_words, len(content))))
        else:
            start = random.randrange(max(1, len(words) - 4))
            query = random.choice(OPENINGS) + " ".join(words[start : start + random.randint(3, 8)])
        queries.append(query.lower())
    return queries


def is_english(text):
    n_ascii = sum(c.isascii() for c in text)
    return len(text) >= 12 and n_ascii / len(text) > 0.95 and len(re.findall(r"[A-Za-z]{2,}", text)) >= 2


def clean(text):
    return re.sub(r"\s+", " ", text).strip()


if __name__ == "__main__":
    main()
