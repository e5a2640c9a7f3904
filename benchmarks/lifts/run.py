#!/usr/bin/env python3
"""Compares what `search --why` says would lift a skill with what does: edits descriptions, and looks where skills stand then.

  benchmarks/lifts/run.py SKILLPRESS CONTENT QUERIES.jsonl

SKILLPRESS is a binary, CONTENT a content folder, which stays as it is: edits are made in a copy. QUERIES has lines with
`query` and `relevant`, whose keys are skills. For each query the first of these with a description of one plain line, and
with words that would lift it there, gets the words of the highest such lift; no skill is edited twice. Then the registry is
built again, once for all edits.
"""
import argparse
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile

PLAIN_DESCRIPTION = re.compile(r"^description: [A-Z][^\n\"'|>:#]*$", re.MULTILINE)
# The place of what is not found.
NOWHERE = 1_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("skillpress", type=pathlib.Path)
    parser.add_argument("content", type=pathlib.Path)
    parser.add_argument("queries", type=pathlib.Path)
    args = parser.parse_args()
    args.skillpress = args.skillpress.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        content = folder / "content"
        shutil.copytree(args.content, content, symlinks=True)
        before, after = folder / "before", folder / "after"
        build(args.skillpress, content, before)
        lines = args.queries.read_text().splitlines()
        edits = list(made_edits(args.skillpress, content, before, map(json.loads, lines)))
        build(args.skillpress, content, after)
        for edit in edits:
            edit["after"] = why(args.skillpress, after, edit["query"], edit["skill"])
    report(edits)


def made_edits(skillpress, content, site, queries):
    """Edits descriptions; gives for each edit what was said before."""
    edited = set()
    for query in queries:
        for skill in sorted(query["relevant"]):
            text = content / "skills" / skill / "SKILL.md"
            if skill in edited or not text.is_file():
                continue
            source = text.read_text(errors="replace")
            description = PLAIN_DESCRIPTION.search(source)
            said = why(skillpress, site, query["query"], skill) if description else None
            lifts = [lift for lift in said["lifts"] if lift["in"] == "description"] if said else []
            if not lifts:
                continue
            end = description.end()
            text.chmod(0o644)
            text.write_text(f"{source[:end]} {' '.join(lifts[0]['words'])}{source[end:]}")
            edited.add(skill)
            yield {"query": query["query"], "skill": skill, "before": said, "said": lifts[0]}
            break


def report(edits):
    edits = [edit for edit in edits if edit["after"]]
    places = [(place(edit["before"]), edit["said"]["place"], place(edit["after"])) for edit in edits]
    print(f"{len(edits)} edits; the median place was {median(places, 0)}, said {median(places, 1)}, is {median(places, 2)}")
    print(f"{sum(after < before for before, _, after in places)} stand higher than before")
    print(f"{sum(after <= said for _, said, after in places)} at least as high as said")
    starts = [edit for edit in edits if edit["said"]["fits"] and not edit["before"]["fits"]]
    fits = sum(edit["after"]["fits"] for edit in starts)
    print(f"{fits} fit of {len(starts)} that did not and were said to")


def place(answer):
    return answer["place"] or NOWHERE


def median(places, idx):
    return statistics.median(row[idx] for row in places)


def why(skillpress, site, query, skill):
    """What is said; None of a skill that search does not know."""
    command = [skillpress, "search", query, "--why", skill, "--json", "--site", site]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(ran.stdout) if ran.returncode == 0 else None


def build(skillpress, content, site):
    command = [skillpress, "build", "--content", content, "--out", site, "--base-url", "https://skills.example/"]
    subprocess.run(command, cwd=content, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


main()
