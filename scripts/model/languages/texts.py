#!/usr/bin/env python3
"""Step 2: gather texts that Debian has in English and in another language.

    texts.py WORK

WORK receives `texts-XX.json`, a list of [source, foreign, english] in random order (D: descriptions of packages,
M: messages of gettext catalogues), `english.json` with how many English texts hold a word, and `other.json` with the
same for languages that the table does not have.
"""
import argparse
import collections
import gettext
import glob
import os
import random
import re

from common import LANGUAGES, runs, write_json

CODES = {language: [language] for language in LANGUAGES} | {"zh": ["zh_CN"], "pt": ["pt_BR", "pt"]}
OTHER = ("it", "nl", "pl", "tr")
DESCRIPTION = re.compile(r"^Package: .*\nDescription-md5: (.*)\nDescription-\w+: (.*)((?:\n .*)*)", re.M)
PLACEHOLDER = re.compile(
    r"<[^>]*>|%\d*\$?[-+ 0#]*\d*(?:\.\d+)?l?[a-zA-Z@]|%\(\w+\)s|%\d|\{\w*\}|\$\w+"
    r"|\(_?&?[A-Za-z]\)"  # the key of a menu in Chinese, Japanese and Korean: 文件(_F)
    r"|\\n|\.\.\.|…"
)
KEY = re.compile(r"(?<!\w)[_&~](?=\w)|(?<=\w)[&~](?=\w)|_(?=\w)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    work = parser.parse_args().work
    english = descriptions(work, "en")
    originals = {" ".join(paragraphs) for paragraphs in english.values()}
    other = {code: map(" ".join, descriptions(work, code).values()) for code in OTHER}
    write_json(work, "other", {code: count(texts) for code, texts in other.items()})
    for language in LANGUAGES:
        texts = list(aligned(work, CODES[language], english))
        random.Random(1).shuffle(texts)
        originals.update(original for source, _, original in texts if source == "M")
        write_json(work, f"texts-{language}", texts)
        print(language, dict(collections.Counter(source for source, _, _ in texts)), flush=True)
    write_json(work, "english", count(originals))


def count(texts):
    return collections.Counter(word for text in texts for word in set(runs(text)))


def aligned(work, codes, english):
    seen = set()
    for code in codes:
        for source, foreign, original in [*described(work, code, english), *translated(work, code)]:
            if foreign != original and (foreign, original) not in seen:
                seen.add((foreign, original))
                yield [source, foreign[:600], original[:600]]


def described(work, code, english):
    for digest, paragraphs in descriptions(work, code).items():
        originals = english.get(digest, [])
        # A different number of paragraphs: only the first, the summary, surely stands for the first.
        n_pairs = len(paragraphs) if len(paragraphs) == len(originals) else 1
        for foreign, original in list(zip(paragraphs, originals))[:n_pairs]:
            if foreign and len(original) > 3:
                yield "D", foreign, original


def descriptions(work, code):
    """By the MD5 sum that Debian names a description with: its summary, then its paragraphs."""
    with open(os.path.join(work, "debian", f"Translation-{code}"), encoding="utf-8") as f:
        blocks = f.read().split("\n\n")
    found = filter(None, (DESCRIPTION.search(block) for block in blocks))
    return {
        m.group(1): [m.group(2)] + [re.sub(r"\s+", " ", part).strip() for part in re.split(r"\n \.", m.group(3))]
        for m in found
    }


def translated(work, code):
    for folder in sorted({code, code.replace("_", "-")}):
        for path in sorted(glob.glob(f"{work}/debian/catalogues/usr/**/{folder}/**/*.mo", recursive=True)):
            try:
                with open(path, "rb") as f:
                    catalogue = gettext.GNUTranslations(f)._catalog
            except (OSError, UnicodeDecodeError, ValueError):
                continue
            for original, foreign in catalogue.items():
                original = original[0] if isinstance(original, tuple) else original  # of several numbers, the first
                original, foreign = clean(without_context(original)), clean(foreign)
                if 2 <= len(original) <= 200 and foreign and re.search(r"[A-Za-z]{2}", original):
                    yield "M", foreign, original


def without_context(message):
    message = message.split("\x04", 1)[-1]
    return message.split("|")[-1] if re.match(r"[^ |]{1,39}\|", message) else message


def clean(message):
    return re.sub(r"\s+", " ", KEY.sub("", PLACEHOLDER.sub(" ", message))).strip()


if __name__ == "__main__":
    main()
