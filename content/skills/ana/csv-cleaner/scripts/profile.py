#!/usr/bin/env python3
"""Prints what a CSV file holds, column by column. Changes nothing.

Usage: profile.py FILE.csv
"""

import collections
import csv
import re
import sys

KINDS = [
    ("empty", re.compile(r"")),
    ("whole number", re.compile(r"[+-]?\d+")),
    ("number with point", re.compile(r"[+-]?[\d,]*\.\d+")),
    ("number with comma", re.compile(r"[+-]?[\d.]*,\d+")),
    ("date 2026-01-31", re.compile(r"\d{4}-\d\d-\d\d")),
    ("date 31.01.2026", re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}")),
    ("date with slashes", re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")),
    ("formula", re.compile(r"[=@].*", re.DOTALL)),
]


def decode(data):
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1"), "latin-1"


def delimiter_of(text):
    first_line = text.splitlines()[0] if text else ""
    return max(",;\t|", key=first_line.count)


def kind_of(cell):
    for name, pattern in KINDS:
        if pattern.fullmatch(cell):
            return name
    return "text"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(arguments[0], "rb") as file:
        text, encoding = decode(file.read())
    delimiter = delimiter_of(text)
    rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    if not rows:
        print("the file is empty")
        return 0
    header, body = rows[0], rows[1:]
    repeats = sum(n - 1 for n in collections.Counter(map(tuple, body)).values())
    ragged = [i for i, row in enumerate(body, 2) if len(row) != len(header)]

    print(f"encoding {encoding}, delimiter {delimiter!r}, {len(body)} rows, {len(header)} columns")
    print(f"repeated rows {repeats}, rows of another length {ragged[:10]}")
    for index, name in enumerate(header):
        cells = [row[index] for row in body if index < len(row)]
        kinds = collections.Counter(kind_of(cell.strip()) for cell in cells)
        padded = sum(cell != cell.strip() for cell in cells)
        print(f"\n{name.strip() or f'column {index + 1}'}")
        print(f"  distinct {len(set(cells))}, with spaces around {padded}")
        for kind, count in kinds.most_common():
            example = next(c for c in cells if kind_of(c.strip()) == kind)
            print(f"  {count:6} {kind}: {example!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
