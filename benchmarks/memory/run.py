#!/usr/bin/env python3
"""Builds a registry of hostile skills with a release binary and holds the memory of the build against its limit.

  benchmarks/memory/run.py [N_SKILLS]     default: 1000; needs about 15 MB of disk for each

The skills come from `hostile_skills.rs`: each as long as a file may be, one of each kind in turn. CPU and memory are
measured by the system for the whole process (user + system seconds, peak resident size). A second build over the site
of the first compares every file with what is there. Skills are built with all cores of this machine; `RAYON_NUM_THREADS`
asks for others.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MAX_RSS_MB = 600
MAX_CPU_S_PER_SKILL = 5.0


def main():
    n_skills = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    subprocess.run(["cargo", "build", "--release", "--locked", "--bins"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        content = folder / "content"
        generator = ["cargo", "bench", "--locked", "--bench", "hostile_skills", "--", content, str(n_skills)]
        subprocess.run(generator, cwd=ROOT, check=True)
        for name in ["first build", "second build"]:
            cpu_s, rss_mb, printed = build(folder, content)
            print(printed)
            expect(f"{n_skills:,} skills" in printed, f"{name}: all {n_skills} skills are published")
            expect(rss_mb <= MAX_RSS_MB, f"{name}: {rss_mb:.0f} MB at most, of {MAX_RSS_MB}")
            expect(cpu_s <= MAX_CPU_S_PER_SKILL * n_skills, f"{name}: {cpu_s:.0f} s of CPU, {cpu_s / n_skills:.2f} s a skill")
        pages = [path.stat().st_size for path in (folder / "site").glob("*/skills/*/index.html")]
        expect(len(pages) == n_skills and max(pages) <= 1_500_000, f"the largest page has {max(pages)} bytes")


def build(folder, content):
    """Builds once; gives CPU seconds, peak MB and what was printed."""
    command = [ROOT / "target/release/skillpress", "build", "--content", content, "--out", folder / "site",
               "--base-url", "https://skills.example"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    expect(code == 0, f"the build exits with {code}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def expect(holds, what):
    print(("ok: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        sys.exit(1)


main()
