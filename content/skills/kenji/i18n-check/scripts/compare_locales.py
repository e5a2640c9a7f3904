#!/usr/bin/env python3
"""Compares JSON locale files with the source language.

Usage: compare_locales.py SOURCE.json OTHER.json...
Exits with 1 when keys are missing or placeholders differ.
"""

import json
import re
import sys

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}|\{(\w+)[},]|%(?:\((\w+)\))?[sd]|\$\{(\w+)\}")


def flatten(value, prefix=""):
    """Nested objects as one flat mapping: {"a": {"b": "x"}} becomes {"a.b": "x"}."""
    if isinstance(value, dict):
        flat = {}
        for key, inner in value.items():
            flat.update(flatten(inner, f"{prefix}.{key}" if prefix else key))
        return flat
    return {prefix: value}


def placeholders(text):
    if not isinstance(text, str):
        return []
    return sorted("".join(filter(None, found.groups())) or found.group() for found in PLACEHOLDER.finditer(text))


def load(path):
    with open(path, encoding="utf-8-sig") as file:
        return flatten(json.load(file))


def compare(source, other):
    for key, text in source.items():
        if key not in other:
            yield "missing", key, ""
        elif placeholders(text) != placeholders(other[key]):
            yield "placeholder", key, f"{placeholders(text)} became {placeholders(other[key])}"
        elif text == other[key] and isinstance(text, str) and text.strip():
            yield "same as source", key, text
    for key in other:
        if key not in source:
            yield "left over", key, ""


def main(arguments):
    if len(arguments) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    source = load(arguments[0])
    is_broken = False
    for path in arguments[1:]:
        findings = list(compare(source, load(path)))
        print(f"{path}: {len(findings)} findings")
        for kind, key, detail in findings:
            is_broken |= kind in ("missing", "placeholder")
            print(f"  {kind}: {key}" + (f" ({detail})" if detail else ""))
    return 1 if is_broken else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, ValueError) as error:
        sys.exit(f"cannot read: {error}")
