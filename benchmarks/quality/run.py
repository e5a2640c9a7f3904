#!/usr/bin/env python3
"""Measures what a built site's search finds and what it costs.

  quality/run.py --site SITE --eval FOLDER [--modes lexical,hybrid,vector] [--against RUN.jsonl] [--keep FOLDER]
  quality/run.py --site SITE --sample CONTENT [--queries 130]

With --eval: answers the judged queries of FOLDER/dev.jsonl in every mode and scores them with FOLDER/evaluate.py, which
also compares with an earlier run (--against). With --sample: no judgments, but queries of one to four words in a row
from the descriptions of a content folder, for the cost only.

Cost is that of a first search: every query runs in a process of its own that has read nothing before. Bytes are those of
the answers, without headers; a round trip is a group of requests sent at once.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release/skillpress")
    parser.add_argument("--site", required=True)
    parser.add_argument("--eval", type=pathlib.Path)
    parser.add_argument("--sample", type=pathlib.Path)
    parser.add_argument("--queries", type=int, default=130)
    parser.add_argument("--modes", default="lexical")
    parser.add_argument("--against", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the runs, named after their modes")
    args = parser.parse_args()
    if not args.eval and not args.sample:
        parser.error("give --eval or --sample")

    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for mode in args.modes.split(","):
            if args.eval:
                judged = args.eval / "dev.jsonl"
                run = folder / f"{mode}.jsonl"
                with open(run, "w", encoding="utf-8") as out:
                    search(args, ["--queries", judged, "--mode", mode], stdout=out)
                print(f"== {mode}", flush=True)
                against = [args.against] if args.against else []
                subprocess.run([sys.executable, args.eval / "evaluate.py", judged, *against, run], check=True)
                texts = [json.loads(line)["query"] for line in open(judged, encoding="utf-8") if line.strip()]
            else:
                texts = sampled(args.sample, args.queries)
            print_cost(mode, [cost(args, text, mode) for text in texts])


def search(args, options, **kwargs):
    return subprocess.run([args.bin, "search", "--site", args.site, *options], check=True, **kwargs)


def cost(args, text, mode):
    answer = search(args, ["--mode", mode, "--json", "--", text], stdout=subprocess.PIPE)
    return json.loads(answer.stdout)["stats"]


def print_cost(mode, costs):
    print(f"\n{mode}: first searches, cards included ({len(costs)} queries)")
    print(f"{'':12} {'median':>8} {'p95':>8} {'most':>8}")
    for key in ["requests", "round_trips", "bytes"]:
        values = sorted(cost[key] for cost in costs)
        print(f"{key:12} {values[len(values) // 2]:8} {values[len(values) * 95 // 100]:8} {values[-1]:8}", flush=True)


def sampled(content, count):
    """Words in a row from descriptions, by a fixed seed."""
    rng = random.Random(1)
    descriptions = []
    for path in sorted(content.glob("skills/*/*/SKILL.md")):
        found = re.search(r"^description:[ \t]*(.+)$", path.read_text(encoding="utf-8", errors="replace"), flags=re.M)
        words = re.findall(r"\w+", found.group(1)) if found else []
        if words:
            descriptions.append(words)
    queries = []
    for _ in range(count):
        words = rng.choice(descriptions)
        start = rng.randrange(len(words))
        queries.append(" ".join(words[start:start + rng.randint(1, 4)]))
    return queries


main()
