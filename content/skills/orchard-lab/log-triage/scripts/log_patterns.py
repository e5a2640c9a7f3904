#!/usr/bin/env python3
"""Groups the lines of a log by their pattern and counts them.

Usage: log_patterns.py FILE [--baseline QUIET_FILE]

Each line of output: count, line number of the first occurrence, pattern.
With a baseline the patterns that grew most come first, and new ones are marked NEW.
Numbers, ids, addresses and quoted texts are replaced, so similar lines fall together.
"""

import argparse
import collections
import json
import re

REPLACEMENTS = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "<mail>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "<ip>"),
    (re.compile(r"\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"\"[^\"]*\"|'[^']*'"), "<text>"),
    (re.compile(r"\d+"), "<n>"),
]
LONGEST_PATTERN = 200


def message_of(line):
    """The message of a JSON line, with its level in front; any other line as it is."""
    if line.startswith("{"):
        try:
            record = json.loads(line)
            message = record.get("message") or record.get("msg")
            if isinstance(message, str):
                return f"{record.get('level', '')} {message}".strip()
        except ValueError:
            pass
    return line


def pattern_of(line):
    text = message_of(line.strip())
    for expression, name in REPLACEMENTS:
        text = expression.sub(name, text)
    return text[:LONGEST_PATTERN]


def count(path):
    counts, first_lines = collections.Counter(), {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                pattern = pattern_of(line)
                counts[pattern] += 1
                first_lines.setdefault(pattern, number)
    return counts, first_lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--baseline", metavar="QUIET_FILE")
    options = parser.parse_args()

    counts, first_lines = count(options.file)
    quiet = count(options.baseline)[0] if options.baseline else collections.Counter()
    # Scaled to the same number of lines, so that a longer baseline does not hide growth.
    scale = sum(counts.values()) / sum(quiet.values()) if quiet else 0
    growth = {pattern: n / (quiet[pattern] * scale + 1) for pattern, n in counts.items()}

    for pattern in sorted(counts, key=lambda p: (-growth[p], first_lines[p])):
        mark = " NEW" if options.baseline and pattern not in quiet else ""
        print(f"{counts[pattern]:7} line {first_lines[pattern]:<8}{mark} {pattern}")


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        pass
    except OSError as error:
        raise SystemExit(f"cannot read: {error}")
