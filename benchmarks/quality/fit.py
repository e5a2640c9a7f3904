#!/usr/bin/env python3
"""Fits the models of crates/skillpress-search/src/fit.rs to judged results, and measures what they show.

  quality/fit.py --site SITE --eval FOLDER [--bin skillpress] [--recall 0.95] [--splits 50]

SITE is a built site of the judged registry. FOLDER holds dev.jsonl, judged queries (`judged.py`), and none.jsonl, queries
that no skill of the registry answers.

For the searches by meaning and words and by words alone it prints the constants of the model, as they stand in fit.rs,
and what they show: precision (of what fits within the first ten, how much helps at all: grade 1), recall (of the results
within the first ten that help, grade 2, how much fits), queries left without anything that fits, the median of `found`,
and unanswerable queries for which anything fits. `now` is what the binary says, `refitted` the model of this run, and the
line of halves compares a model of one half of dev with the other half's own, at equal recall.

A logistic regression by Newton's method over at most three terms and a bias, with a ridge of 0.01 against separation. A
result of an unanswerable query weighs 1.5. The threshold is the one that leaves RECALL of the results that help.
"""
import argparse
import math
import pathlib
import random
import statistics

import judged
from judged import FIRST

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORDS_MAX = 6
LIMIT = 200


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release/skillpress")
    parser.add_argument("--site", required=True)
    parser.add_argument("--eval", type=pathlib.Path, required=True)
    parser.add_argument("--recall", type=float, default=0.95)
    parser.add_argument("--splits", type=int, default=50)
    args = parser.parse_args()

    for mode, terms in MODELS.items():
        queries = answers(args, "dev", mode) + answers(args, "none", mode)
        weights = fit(queries, terms)
        threshold = threshold_for(queries, terms, weights, args.recall)
        print(f"== {mode}")
        print(f"weights {[round(1000 * weight) for weight in weights[:-1]]}, bias {round(1000 * weights[-1])}, "
              f"threshold {round(1000 * threshold)}")
        print_line("now", shown(queries, lambda result: result["fits"]))
        print_line("refitted", shown(queries, fits_by(terms, weights, threshold)))
        loss = loss_of_halves(queries, terms, args)
        print(f"halves    the other half's model loses {loss:.4f} of precision at equal recall")


# The terms of each model, as fit.rs has them.
MODELS = {
    "hybrid": lambda r: [cosine(r), cosine(r) * r["share"], min(r["words"], WORDS_MAX)],
    "lexical": lambda r: [r["strength"], min(r["words"], WORDS_MAX)],
}


def cosine(result):
    return max(result["cosine"] or 0.0, 0.0)


def answers(args, name, mode):
    """The judged queries of a file with the results of a search, each with its grade."""
    path = args.eval / f"{name}.jsonl"
    given = judged.answers(args.bin, args.site, path, mode, "--limit", str(LIMIT), "--near", str(LIMIT), "--explain")
    queries = []
    for id, query in judged.read(path).items():
        answer = given[id]
        for result, skill in zip(answer["fit"], answer["results"]):
            result["grade"] = query["relevant"].get(skill, 0)
        queries.append({"is_none": name == "none", "found": answer["found"], "results": answer["fit"]})
    return queries


def fit(queries, terms):
    """Weights of the terms, and the bias last: the log-odds that a result of the first ten helps."""
    rows = []
    for query in queries:
        weight = 1.5 if query["is_none"] else 1.0
        rows += [(terms(result) + [1.0], result["grade"] >= 1, weight) for result in query["results"][:FIRST]]
    size = len(rows[0][0])
    weights = [0.0] * size
    for _ in range(25):
        gradient = [0.01 * weight for weight in weights[:-1]] + [0.0]
        hessian = [[0.01 if i == j < size - 1 else 0.0 for j in range(size)] for i in range(size)]
        for values, helps, weight in rows:
            odds = 1 / (1 + math.exp(-dot(weights, values)))
            for i in range(size):
                gradient[i] += weight * (odds - helps) * values[i]
                for j in range(size):
                    hessian[i][j] += weight * odds * (1 - odds) * values[i] * values[j]
        weights = [weight - step for weight, step in zip(weights, solved(hessian, gradient))]
    return weights


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def solved(matrix, vector):
    """Gauss: the x of matrix * x = vector."""
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(len(rows)):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def score(terms, weights):
    """The log-odds of a result; those that fit whatever they are stand above all."""
    return lambda r: math.inf if r["literal"] or r["named"] else dot(weights, terms(r) + [1.0])


def threshold_for(queries, terms, weights, recall):
    score_of = score(terms, weights)
    helping = sorted(score_of(result) for query in queries for result in query["results"][:FIRST] if result["grade"] >= 2)
    return helping[math.floor((1 - recall) * len(helping))]


def fits_by(terms, weights, threshold):
    score_of = score(terms, weights)
    return lambda result: score_of(result) >= threshold


def shown(queries, fits):
    """What is shown: all results are looked at for `found`, the first ten for the rest."""
    first = [(result["grade"], fits(result)) for query in queries if not query["is_none"] for result in query["results"][:FIRST]]
    grades = [grade for grade, does_fit in first if does_fit]
    helping = [does_fit for grade, does_fit in first if grade >= 2]
    found = [sum(map(fits, query["results"])) for query in queries if not query["is_none"]]
    return {
        "precision": sum(grade >= 1 for grade in grades) / max(len(grades), 1),
        "recall": sum(helping) / max(len(helping), 1),
        "without": sum(count == 0 for count in found),
        "found": statistics.median(found) if found else 0,
        "none": sum(any(map(fits, query["results"])) for query in queries if query["is_none"]),
        "queries": len(found),
        "of": sum(query["is_none"] for query in queries),
    }


def print_line(name, seen):
    print(f"{name:9} precision {seen['precision']:.3f}, recall {seen['recall']:.3f}, {seen['without']} queries without, "
          f"median found {seen['found']:g}, {seen['none']} of {seen['of']} unanswerable answered", flush=True)


def loss_of_halves(queries, terms, args):
    """On one half of dev: precision by that half's own model less that by the other half's, both at RECALL there."""
    answered = [query for query in queries if not query["is_none"]]
    none = [query for query in queries if query["is_none"]]
    losses = []
    for seed in range(args.splits):
        rng = random.Random(seed)
        rng.shuffle(answered)
        rng.shuffle(none)
        half, half_none = len(answered) // 2, len(none) // 2
        parts = [answered[:half] + none[:half_none], answered[half:] + none[half_none:]]
        for own, other in [parts, parts[::-1]]:
            precisions = []
            for weights in [fit(own, terms), fit(other, terms)]:
                threshold = threshold_for(own, terms, weights, args.recall)
                precisions.append(shown(own, fits_by(terms, weights, threshold))["precision"])
            losses.append(precisions[0] - precisions[1])
    return statistics.mean(losses)


if __name__ == "__main__":
    main()
