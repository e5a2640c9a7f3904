#!/usr/bin/env python3
"""Counts what one edit of a registry changes in its site: files and bytes that a sync would send.

  benchmarks/edits/run.py SKILLPRESS CONTENT [--without-previous] [--limit-files N --limit-percent P]

SKILLPRESS is a release binary, CONTENT a content folder, which stays as it is: edits are made in a copy. The registry is
built once; then each edit is made alone, built with `--previous` of that site (as a deployment does), and undone. Exact:
the same binary and content give the same table. With the limits, the first edit, of a description, must keep within.
"""
import argparse
import collections
import filecmp
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

BADGE = 'label = "Official"\ndescription = "Published by the makers of what it is about."\ncolor = "blue"\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("skillpress", type=pathlib.Path)
    parser.add_argument("content", type=pathlib.Path)
    parser.add_argument("--without-previous", action="store_true", help="number each site anew")
    parser.add_argument("--limit-files", type=int)
    parser.add_argument("--limit-percent", type=float)
    parser.add_argument("--kinds", action="store_true", help="print what kinds of files each edit changes")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(pathlib.Path(folder), args)
        rows = [(name, registry.measure(name, edit)) for name, edit in EDITS.items()]
    n_files, n_bytes = registry.n_files, registry.n_bytes
    print(f"\n{n_files} files, {n_bytes / 1e6:.1f} MB; ", end="")
    print("numbered anew each time" if args.without_previous else "built with `--previous`")
    print("\n| edit | files written | removed | kB written | share | search files | zips | feeds |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, change in rows:
        share = 100 * change["bytes"] / n_bytes
        counts = f"{change['search']} | {change['zips']} | {change['feeds']}"
        print(f"| {name} | {change['written']} | {change['removed']} | {change['bytes'] / 1e3:.0f} | {share:.2f} % | {counts} |")
    _, first = rows[0]
    if args.limit_files is not None:
        expect(first["written"] <= args.limit_files, f"an edited description changes {first['written']} files")
    if args.limit_percent is not None:
        share = 100 * first["bytes"] / n_bytes
        expect(share <= args.limit_percent, f"an edited description changes {share:.2f} % of the bytes")


class Registry:
    """A copy of a registry with awards and counts, and its site."""

    def __init__(self, folder, args):
        self.folder, self.args = folder, args
        self.content = folder / "content"
        shutil.copytree(args.content, self.content, symlinks=True)
        # With a name and a description of one line each, so that an edit is one line too.
        texts = sorted(self.content.glob("skills/*/*/SKILL.md"))
        self.skills = [text.parent for text in texts if is_plain(text.read_text(errors="replace"))]
        if not list(self.content.glob("badges/*.toml")):
            self.write_awards(self.skills[::50])
        if not (self.content / "stats.jsonl").exists():
            self.write_counts(1)
        self.site = self.build("before")
        sizes = [path.stat().st_size for path in files_below(self.site).values()]
        self.n_files, self.n_bytes = len(sizes), sum(sizes)

    @property
    def skill(self):
        """The skill that is edited: one in the middle."""
        return self.skills[len(self.skills) // 2]

    def write_awards(self, skills):
        keys = [f"{skill.parent.name}/{skill.name}" for skill in skills]
        awards = [f'[[award]]\nskill = "{key}"\nat = 2026-10-01\n' for key in keys]
        (self.content / "badges").mkdir(exist_ok=True)
        (self.content / "badges/official.toml").write_text("\n".join([BADGE, *awards]))

    def write_counts(self, day):
        with open(self.content / "stats.jsonl", "w") as lines:
            for idx, skill in enumerate(self.skills):
                # Most counts grow from one day to the next, most by little.
                downloads = 7919 * (idx + 1) % 100_003 // (1 + idx % 97) + day * (idx % 13)
                key = f"{skill.parent.name}/{skill.name}"
                count = {"skill": key, "downloads": downloads, "stars": downloads // 40, "installs": downloads // 20}
                lines.write(json.dumps({**count, "as_of": f"2026-10-{day:02}"}) + "\n")

    def build(self, name):
        site = self.folder / name
        command = [self.args.skillpress.resolve(), "build", "--quiet", "--allow-fewer", "--content", self.content, "--out", site]
        command += ["--base-url", "https://skills.example"]
        if name != "before" and not self.args.without_previous:
            command += ["--previous", self.site]
        built = subprocess.run(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
        expect(built.returncode == 0, f"{name}: the site is built{built.returncode and built.stderr[:2000] or ''}")
        return site

    def measure(self, name, edit):
        kept = self.folder / "kept"
        shutil.copytree(self.content, kept, symlinks=True)
        edit(self)
        after = self.build("after")
        change = self.change(after)
        for folder in [self.content, after]:
            shutil.rmtree(folder)
        kept.rename(self.content)
        if self.args.kinds:
            print(name, change["kinds"].most_common())
        return change

    def change(self, after):
        old, new = files_below(self.site), files_below(after)
        written = [path for path in new if path not in old or not filecmp.cmp(old[path], new[path], shallow=False)]
        return {
            "written": len(written),
            "removed": len(old.keys() - new.keys()),
            "bytes": sum(new[path].stat().st_size for path in written),
            "search": sum(path.startswith("search/") for path in written),
            "zips": sum(path.endswith(".zip") for path in written),
            "feeds": sum(path.endswith("feed.xml") for path in written),
            "kinds": collections.Counter(kind(path) for path in written),
        }


def is_plain(text):
    front = re.match(r"---\n(.*?)\n---\n", text, re.S)
    has = lambda field: front and re.search(rf"^{field}: [A-Za-z][^:#\"'{{}}\[\]]*$", front[1], re.M)
    return bool(has("name") and has("description"))


def files_below(site):
    """The files of a site by path; the note of the last build beside them is no part of it."""
    paths = [path for path in site.rglob("*") if path.is_file() and path.name != ".skillpress"]
    return {path.relative_to(site).as_posix(): path for path in paths}


def kind(path):
    path = re.sub(r"-[0-9a-f]{8,}", "", path)
    path = re.sub(r"^(search/files/[a-z0-9]+)/.*", r"\1/*", path)
    path = re.sub(r"^(search/tantivy)/.*", r"\1/*", path)
    path = re.sub(r"^[^/]+/skills/[^/]+/(index.html|skill.json)$", r"OWNER/skills/SLUG/\1", path)
    path = re.sub(r"^[^/]+/skills/[^/]+/[^/]+\.zip$", "OWNER/skills/SLUG/*.zip", path)
    path = re.sub(r"^[^/]+/skills/[^/]+/(files|.well-known)/.*$", r"OWNER/skills/SLUG/\1/*", path)
    path = re.sub(r"^(api/v1/[a-z]+|tags|skills|owners)/.*", r"\1/*", path)
    return re.sub(r"^(?!skills|tags|owners|badges|search)[^/]+/(index.html|feed.xml|page/.*)$", r"OWNER/\1", path)


def replaced(registry, pattern, text):
    path = registry.skill / "SKILL.md"
    before = path.read_text(errors="replace")
    after = re.sub(pattern, text, before, count=1, flags=re.M)
    expect(after != before, f"`{pattern}` stands in {path.parent.name}")
    path.write_text(after)


def new_skill(registry, owner, slug):
    skill = registry.content / "skills" / owner / slug
    skill.mkdir(parents=True)
    (skill / "SKILL.md").write_text(
        f"---\nname: {slug}\ndescription: Draws timetables of trains and buses from open data.\n---\n\n# Timetables\n\nAsk for a city.\n"
    )


def change_award(registry):
    path = sorted(registry.content.glob("badges/*.toml"))[0]
    text = path.read_text()
    first = text.index("[[award]]")
    path.write_text(text[:first] + text[text.index("[[award]]", first + 1):])


def change_file(registry):
    files = [path for path in registry.content.glob("skills/*/*/**/*.md") if path.name != "SKILL.md"]
    path = sorted(files)[len(files) // 2]
    path.write_text(path.read_text(errors="replace") + "\nOne more line.\n")


EDITS = {
    "description": lambda r: replaced(r, r"^(description: .*)$", r"\1 Works with printed receipts too."),
    "name": lambda r: replaced(r, r"^name: .*$", "name: printed-receipts"),
    "new skill": lambda r: new_skill(r, r.skill.parent.name, "timetables"),
    "removed skill": lambda r: shutil.rmtree(r.skill),
    "badge taken away": change_award,
    "statistics of all skills": lambda r: r.write_counts(2),
    "body": lambda r: replaced(r, r"\Z", "\nOne more step: look at the result.\n"),
    "supporting file": change_file,
    "tag": lambda r: replaced(r, r"^(description: .*)$", r"\1\ntags: [timetables]"),
    "first skill of a new owner": lambda r: new_skill(r, "zz-new-owner", "timetables"),
}


def expect(is_met, what):
    print(("ok: " if is_met else "FAILED: ") + what, flush=True)
    if not is_met:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
