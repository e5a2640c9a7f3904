"""Judged queries, what a binary answers to them, and how good that is.

A file of judged queries has a line for each: `{"id", "query", "kind", "relevant": {"owner/slug": grade}}`, and `lang` where
it is in another language than English. Grades: 1 helps a little, 2 helps, 3 is what was meant; what is not named was judged
to be of no help.
"""
import json
import math
import subprocess

FIRST = 10


def read(path):
    """The judged queries of a file, by id."""
    with open(path, encoding="utf-8") as lines:
        queries = [json.loads(line) for line in lines if line.strip()]
    return {query["id"]: query for query in queries}


def answers(binary, site, path, mode, *options):
    """What `search --queries` says of each query of a file, by id: `results`, `found`, and with `--explain` also `fit`."""
    command = [binary, "search", "--site", site, "--mode", mode, *options, "--queries", path]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return {answer["id"]: answer for answer in map(json.loads, lines)}


def ndcg(results, relevant):
    """nDCG@10 with gains of 2^grade − 1 and a discount of log2(rank + 1); the ideal order is that of all judged skills."""
    def gained(grades):
        return sum((2 ** grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades[:FIRST], 1))

    ideal = gained(sorted(relevant.values(), reverse=True))
    return gained([relevant.get(skill, 0) for skill in results]) / ideal if ideal else 0.0
