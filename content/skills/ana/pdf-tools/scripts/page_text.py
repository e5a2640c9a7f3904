#!/usr/bin/env python3
"""Prints the text of each page of a PDF as one JSON object a line.

Usage: page_text.py FILE.pdf [FIRST [LAST]]
Needs pdfinfo and pdftotext (poppler-utils).
"""

import json
import re
import subprocess
import sys


def page_count(path):
    info = subprocess.run(
        ["pdfinfo", path], capture_output=True, text=True, check=True
    ).stdout
    return int(re.search(r"^Pages:\s+(\d+)", info, re.MULTILINE).group(1))


def page_text(path, page):
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), path, "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    path = arguments[0]
    count = page_count(path)
    first = int(arguments[1]) if len(arguments) > 1 else 1
    last = min(int(arguments[2]), count) if len(arguments) > 2 else count
    for page in range(first, last + 1):
        text = page_text(path, page).strip("\f\n")
        record = {"page": page, "characters": len(text), "text": text}
        print(json.dumps(record, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except FileNotFoundError as error:
        sys.exit(f"not installed: {error.filename}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr.strip() or str(error))
