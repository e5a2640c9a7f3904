#!/usr/bin/env python3
"""Measures what a built site's search finds, what it says of it, and what it costs.

  quality/run.py --site SITE --eval FOLDER [--write docs/search-quality.md] [--check] [--keep FOLDER] [--against FOLDER]
  quality/run.py --site SITE --sample CONTENT [--queries 130]

SITE is a built site of the judged registry. FOLDER holds judged queries (`judged.py`): dev.jsonl in English mostly,
dev_languages.jsonl the same needs in other languages, and none.jsonl, what no skill of the registry answers. Prints
Markdown tables: nDCG@10 by kind and by language, what fits, and the cost. With --write they replace those of a document,
between its lines `<!-- measured -->` and `<!-- /measured -->`. With --check it exits with 1 when a limit of LIMITS does not
hold. --keep writes the answers, --against compares with kept ones.

Results are those that people see: ten, of which at most five are only near. With --sample: no judgments, but queries of one
to four words in a row from the descriptions of a content folder, for the cost only.

Cost is that of a first search: every query runs in a process of its own that has read nothing before. Bytes are those of
the answers, without headers; a round trip is a group of requests sent at once.
"""
import argparse
import json
import math
import pathlib
import random
import re
import statistics
import subprocess
import sys

import fit
import judged

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODES = {"lexical": "by words", "vector": "by meaning", "hybrid": "by both"}
LANGUAGES = {"zh": "Chinese", "ja": "Japanese", "ko": "Korean", "de": "German", "es": "Spanish", "fr": "French",
             "pt": "Portuguese", "ru": "Russian"}
KINDS = {"cjk_other": "Chinese, Japanese, Korean, Russian, Spanish"}
AS_TYPED = "as-typed"
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->\n"

# What must hold: the value, at least or at most, the limit.
LIMITS = [
    ("English, by both", ">=", 0.825),
    ("English, by words", ">=", 0.76),
    ("names, by both", ">=", 0.945),
    ("other languages in dev, by both", ">=", 0.85),
    ("eight languages, by both", ">=", 0.60),
    ("the weakest language, by both", ">=", 0.50),
    ("precision of what fits", ">=", 0.57),
    ("recall of what fits", ">=", 0.94),
    ("queries left without anything that fits", "<=", 3),
    ("median found", "<=", 25),
    ("unanswerable needs answered", "<=", 22),
    ("precision lost by the other half's fit", "<=", 0.03),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release/skillpress")
    parser.add_argument("--site", required=True)
    parser.add_argument("--eval", type=pathlib.Path)
    parser.add_argument("--sample", type=pathlib.Path)
    parser.add_argument("--queries", type=int, default=130)
    parser.add_argument("--write", type=pathlib.Path, help="a document whose tables are replaced")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the answers")
    parser.add_argument("--against", type=pathlib.Path, help="folder of kept answers")
    parser.add_argument("--recall", type=float, default=0.95, help="what a fit of one half is made for")
    parser.add_argument("--splits", type=int, default=50)
    args = parser.parse_args()
    if args.sample:
        print(cost_table(args, sampled(args.sample, args.queries), ["lexical", "hybrid"]))
        return
    if not args.eval:
        parser.error("give --eval or --sample")

    english, foreign = Run(args, "dev"), Run(args, "dev_languages")
    foreign.add(args, AS_TYPED, "hybrid", "--no-translate")
    fits = {mode: Fit(args, mode) for mode in fit.MODELS}
    texts = [query["query"] for query in english.queries.values()]
    tables = [kind_table(english), language_table(english, foreign), fit_table(fits), cost_table(args, texts, ["lexical", "hybrid"])]
    print("\n".join(tables))
    if args.write:
        write(args.write, tables)
    if args.against:
        for run in [english, foreign]:
            print_differences(run, args.against)
    if args.check:
        check(values(english, foreign, fits["hybrid"]))


class Run:
    """The judged queries of a file, and by column, such as a mode, how good the answers are: nDCG@10 by id."""

    def __init__(self, args, name):
        self.name, self.path = name, args.eval / f"{name}.jsonl"
        self.queries, self.scores = judged.read(self.path), {}
        for mode in MODES:
            self.add(args, mode, mode)

    def add(self, args, column, mode, *options):
        """Answers all queries once more, for a column of the tables."""
        answers = judged.answers(args.bin, args.site, self.path, mode, *options)
        self.scores[column] = self.score(answers)
        if args.keep:
            args.keep.mkdir(parents=True, exist_ok=True)
            (args.keep / f"{self.name}-{column}.json").write_text(json.dumps(answers, ensure_ascii=False))

    def score(self, answers):
        return {id: judged.ndcg(answers[id]["results"], query["relevant"]) for id, query in self.queries.items()}

    def mean(self, column, holds=lambda query: True):
        """Of the queries for which `holds`; the second is its standard error."""
        scores = [self.scores[column][id] for id, query in self.queries.items() if holds(query)]
        return statistics.mean(scores), statistics.stdev(scores) / math.sqrt(len(scores))

    def count(self, holds):
        return sum(map(holds, self.queries.values()))


class Fit:
    """What is shown as fitting, over all and by language, and what a model of one half loses on the other."""

    def __init__(self, args, mode):
        says = lambda result: result["fits"]
        queries = fit.answers(args, "dev", mode) + fit.answers(args, "none", mode)
        self.english = fit.shown(queries, says)
        self.foreign = fit.shown(fit.answers(args, "dev_languages", mode), says)
        self.loss = fit.loss_of_halves(queries, fit.MODELS[mode], args)


def kind_table(run):
    rows = [["kind", "queries", *MODES.values()]]
    kinds = sorted({query["kind"] for query in run.queries.values()}, key=lambda kind: -run.mean("hybrid", of_kind(kind))[0])
    for name, holds in [("all", lambda query: True)] + [(kind, of_kind(kind)) for kind in kinds]:
        rows.append([KINDS.get(name, name), run.count(holds), *cells(run, holds)])
    low, high, mean = interval(run.scores["hybrid"], run.scores["lexical"])
    between = f"{shortened(mean)} (paired bootstrap over queries, 95 %: {shortened(low)} to {shortened(high)})"
    return "nDCG@10 of what people see, with its standard error by both:\n\n" \
           f"{table(rows)}\nBy both is better than by words by {between}.\n"


def language_table(english, foreign):
    rows = [["language", "queries", *MODES.values(), "by both, as typed alone"]]
    languages = [("all eight", lambda query: True)] + [(name, in_language(lang)) for lang, name in LANGUAGES.items()]
    for name, holds in languages:
        as_typed, _ = foreign.mean(AS_TYPED, holds)
        rows.append([name, foreign.count(holds), *cells(foreign, holds), shortened(as_typed)])
    # The same needs as they are in English.
    originals = {id.rsplit("-", 1)[0] for id in foreign.queries}
    is_original = lambda query: query["id"] in originals
    rows.append(["the same in English", english.count(is_original), *cells(english, is_original), ""])
    return f"The same in other languages, of the needs of 90 of these queries:\n\n{table(rows)}"


def cells(run, holds):
    """nDCG@10 of the queries for which `holds`, in each mode."""
    means = [shortened(run.mean(mode, holds)[0]) for mode in MODES]
    return means[:-1] + [f"{means[-1]} ± {shortened(run.mean('hybrid', holds)[1])}"]


def fit_table(fits):
    rows = [["what is searched", "precision (helps at all)", "recall (helps)", "queries without", "`found`, median", "unanswerable needs answered"]]
    for mode, of in fits.items():
        for name, seen in [(MODES[mode], of.english), (f"{MODES[mode]}, eight languages", of.foreign)]:
            n_queries = f"{seen['without']} of {seen['queries']}"
            none = f"{seen['none']} of {seen['of']}" if seen["of"] else ""
            rows.append([name, shortened(seen["precision"]), shortened(seen["recall"]), n_queries, f"{seen['found']:g}", none])
    losses = ", ".join(f"{shortened(of.loss)} {MODES[mode]}" for mode, of in fits.items())
    return f"What is shown as fitting, within the first ten:\n\n{table(rows)}\n" \
           "On a random half of the queries the model of the other half has, at equal recall, less precision than the half's own " \
           f"by {losses} (mean of many halves).\n"


def cost_table(args, texts, modes):
    rows = [["what is searched", "requests: median", "p95", "round trips: median", "p95", "bytes: median", "p95", "most"]]
    for mode in modes:
        costs = [cost(args, text, mode) for text in texts]
        row = [MODES[mode]]
        for key in ["requests", "round_trips", "bytes"]:
            values = sorted(cost[key] for cost in costs)
            row += [values[len(values) // 2], values[len(values) * 95 // 100]] + ([values[-1]] if key == "bytes" else [])
        rows.append(row)
    return f"What a first search reads, cards included ({len(texts)} queries):\n\n{table(rows)}"


def cost(args, text, mode):
    command = [args.bin, "search", "--site", args.site, "--mode", mode, "--json", "--", text]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["stats"]


def table(rows):
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"


def shortened(value):
    """Three digits, as `.831`."""
    return f"{value + 0.0:.3f}".replace("-0.000", "0.000").replace("0.", ".", 1)


def of_kind(kind):
    return lambda query: query["kind"] == kind


def in_language(lang):
    return lambda query: query["lang"] == lang


def interval(ours, theirs):
    """The 95 % interval of the mean difference by a paired bootstrap, and the mean."""
    rng = random.Random(1)
    differences = [ours[id] - theirs[id] for id in ours]
    means = sorted(statistics.fmean(rng.choices(differences, k=len(differences))) for _ in range(2000))
    return means[50], means[-51], statistics.fmean(differences)


def print_differences(run, folder):
    for mode, name in MODES.items():
        path = folder / f"{run.name}-{mode}.json"
        before = run.score(json.loads(path.read_text()))
        low, high, mean = interval(run.scores[mode], before)
        print(f"{run.name}, {name}: {mean:+.4f} [{low:+.4f}, {high:+.4f}] against {path}")


def write(path, tables):
    document = path.read_text(encoding="utf-8")
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    path.write_text(before + BEGIN + "\n" + "\n".join(tables) + "\n" + END + after, encoding="utf-8")


def values(english, foreign, fits):
    """What LIMITS is about, in its order."""
    by_language = [foreign.mean("hybrid", in_language(lang))[0] for lang in LANGUAGES]
    seen = fits.english
    return [
        english.mean("hybrid")[0], english.mean("lexical")[0], english.mean("hybrid", of_kind("name"))[0],
        english.mean("hybrid", of_kind("cjk_other"))[0], foreign.mean("hybrid")[0], min(by_language),
        seen["precision"], seen["recall"], seen["without"], seen["found"], seen["none"], fits.loss,
    ]


def check(values):
    failed = False
    for (name, relation, limit), value in zip(LIMITS, values, strict=True):
        holds = value >= limit if relation == ">=" else value <= limit
        failed |= not holds
        print(f"{'ok' if holds else 'FAILED'}: {name}: {value:.4g} {relation} {limit}")
    if failed:
        sys.exit(1)


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
