#!/usr/bin/env python3
"""Compares what small registries find with the general words that they get, and with all of them.

  quality/small.py --bin SKILLPRESS --all SKILLPRESS --content CORPUS --eval FOLDER [--registries 300] [--skills 33] [--check]

Registries are drawn at random from CORPUS, the content of the judged registry, by a fixed seed. Each is built by both
binaries, the second of which has `SMALL = 0` in src/index/vector.rs, so that it leaves no word out, and is asked all
queries of FOLDER/dev.jsonl and FOLDER/dev_languages.jsonl that one of its skills helps with (grade 2). Prints the mean
nDCG@10 of both, and the loss with a 95 % interval over registries. With --check it exits with 1 when more than LOSS_MAX
is lost in English.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

import judged

LOSS_MAX = 0.002


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--all", type=pathlib.Path, required=True, help="the binary that leaves no word out")
    parser.add_argument("--content", type=pathlib.Path, required=True)
    parser.add_argument("--eval", type=pathlib.Path, required=True)
    parser.add_argument("--registries", type=int, default=300)
    parser.add_argument("--skills", type=int, default=33)
    parser.add_argument("--mode", default="hybrid")
    parser.add_argument("--config", type=pathlib.Path, help="settings of the registries, such as their languages")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    args.bin, args.all, args.content = args.bin.resolve(), args.all.resolve(), args.content.resolve()

    queries = {name: judged.read(args.eval / f"{name}.jsonl") for name in ["dev", "dev_languages"]}
    keys = sorted(str(path.relative_to(args.content / "skills")) for path in args.content.glob("skills/*/*"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        trials = list(pool.map(lambda seed: trial(args, queries, keys, seed), range(args.registries)))

    is_lost = False
    print("| queries | asked | nDCG@10, its words | nDCG@10, all words | lost | 95 % |\n|---|---|---|---|---|---|")
    for name in queries:
        pairs = [trial[name] for trial in trials if trial[name]]
        few, all_words = ([score for trial in pairs for score in (pair[side] for pair in trial)] for side in [0, 1])
        loss = statistics.fmean(all_words) - statistics.fmean(few)
        low, high = interval(pairs)
        is_lost |= name == "dev" and loss > LOSS_MAX
        print(f"| {name} | {len(few)} | {statistics.fmean(few):.4f} | {statistics.fmean(all_words):.4f} | {loss:.4f} | {low:.4f} to {high:.4f} |")
    if args.check and is_lost:
        sys.exit(f"a small registry loses more than {LOSS_MAX}")


def trial(args, queries, keys, seed):
    """Of one registry: by file of queries, for each query the nDCG@10 with its own choice of words, and with all."""
    drawn = random.Random(seed).sample(keys, args.skills)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for key in drawn:
            shutil.copytree(args.content / "skills" / key, folder / "content/skills" / key, symlinks=True)
        asked = {name: list(answerable(of_file.values(), set(drawn))) for name, of_file in queries.items()}
        scores = collections.defaultdict(list)
        for binary in [args.bin, args.all]:
            command = [binary, "build", "--content", folder / "content", "--out", folder / "site", "--base-url", "https://skills.example"]
            command += ["--config", args.config.resolve()] if args.config else []
            # The settings of the demo registry are not those of this one.
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for name, of_file in asked.items():
                path = folder / f"{name}.jsonl"
                path.write_text("".join(json.dumps(query) + "\n" for query in of_file))
                answers = judged.answers(binary, folder / "site", path, args.mode) if of_file else {}
                scores[name].append([judged.ndcg(answers[query["id"]]["results"], query["relevant"]) for query in of_file])
    return {name: list(zip(*of_binaries)) for name, of_binaries in scores.items()}


def answerable(queries, drawn):
    """The queries that a skill of the registry helps with, with what is judged of these skills."""
    for query in queries:
        relevant = {key: grade for key, grade in query["relevant"].items() if key in drawn}
        if max(relevant.values(), default=0) >= 2:
            yield {**query, "relevant": relevant}


def interval(trials):
    """The 95 % interval of what is lost, by a bootstrap over registries."""
    rng = random.Random(1)
    means = []
    for _ in range(2000):
        pairs = [pair for trial in rng.choices(trials, k=len(trials)) for pair in trial]
        means.append(statistics.fmean(after - before for before, after in pairs))
    means.sort()
    return means[50], means[-51]


main()
