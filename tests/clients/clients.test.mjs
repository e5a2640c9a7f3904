// The real clients against a site: what they install is what was published, byte by byte.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Registry, User } from "./harness.mjs";

const version = (version, day) => ({ version, publishedAt: Date.UTC(2026, 0, day) });
const meta = (owner, slug, latest, ...history) => JSON.stringify({ owner, slug, latest, history });

const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": "---\nname: pdf-tools\ndescription: Reads PDF files & <forms>.\n---\n# PDF tools\n",
  "skills/ana/pdf-tools/scripts/read.py": "print('größe')\n",
  "skills/ana/pdf-tools/assets/icon.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254, 10, 13]),
  "skills/ana/pdf-tools/_meta.json": meta("ana", "pdf-tools", version("1.1.0", 20), version("1.0.0", 10)),
  "skills/bo/Odd--Name/SKILL.md": "---\nname: Odd Name\ndescription: One file.\n---\nText.\n",
  "skills/bo/undated/SKILL.md": "---\nname: undated\ndescription: Has no version.\n---\nText.\n",
  "skills/ana/notes/SKILL.md": "---\nname: notes\ndescription: Of Ana.\n---\nAna.\n",
  "skills/bo/notes/SKILL.md": "---\nname: notes\ndescription: Of Bo.\n---\nBo.\n",
  "skills/bo/risky/SKILL.md": "---\nname: risky\ndescription: Risky.\n---\nText.\n",
  "moderation.toml": '[[suspicious]]\nskill = "bo/risky"\nnote = "It deletes files."\n',
  "aliases.toml": '"ana/pdf" = "ana/pdf-tools"\n"cyd/one-file" = "bo/Odd--Name"\n',
};

const NEXT_VERSION = {
  "skills/ana/pdf-tools/SKILL.md": "---\nname: pdf-tools\ndescription: Reads PDF files.\n---\n# PDF tools, better\n",
  "skills/ana/pdf-tools/_meta.json": meta("ana", "pdf-tools", version("1.2.0", 30), version("1.1.0", 20)),
  "skills/bo/Odd--Name/SKILL.md": "---\nname: Odd Name\ndescription: One file.\n---\nBetter text.\n",
  "skills/bo/undated/SKILL.md": "---\nname: undated\ndescription: Has no version.\n---\nBetter text.\n",
};

for (const kind of ["serve", "edge", "full"]) {
  describe(`the skills client on a host of kind ${kind}`, () => {
    let registry, user;
    before(async () => {
      registry = await Registry.start(kind, CONTENT);
      user = await User.create();
    });
    after(async () => {
      await registry?.stop();
      await user?.remove();
    });
    const page = (id) => `${registry.url}/${id.replace("/", "/skills/")}/`;
    // Into the folder that all agents share; an update goes there whatever `add` was told.
    const add = (id) => user.skills("add", page(id), "--yes");

    test("lists the skill of a page", async () => {
      const { code, output } = await user.skills("add", page("ana/pdf-tools"), "--list");
      assert.equal(code, 0, output);
      assert.match(output, /Found 1 skill/);
      assert.match(output, /Reads PDF files & <forms>\./);
    });

    test("installs the published bytes of a skill with several files", async () => {
      const { output } = await add("ana/pdf-tools");
      assert.match(output, /Installed 1 skill/);
      assert.deepEqual(await user.installed(".agents/skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
    });

    test("installs a skill of one file, under a valid name where its own is not", async () => {
      const { output } = await add("bo/Odd--Name");
      assert.match(output, /Installed 1 skill/);
      assert.deepEqual(await user.installed(".agents/skills/odd-name"), await registry.skill("bo", "Odd--Name"));
    });

    test("installs a skill from the page that it had under another name", async () => {
      const other = await User.create();
      try {
        for (const [old, id, folder] of [
          ["ana/pdf", "ana/pdf-tools", "pdf-tools"],
          ["cyd/one-file", "bo/Odd--Name", "odd-name"],
        ]) {
          const { output } = await other.skills("add", page(old), "--yes");
          assert.match(output, /Installed 1 skill/);
          assert.deepEqual(await other.installed(`.agents/skills/${folder}`), await registry.skill(...id.split("/")));
        }
      } finally {
        await other.remove();
      }
    });

    test("tells skills of two owners with one name apart", async () => {
      await add("bo/notes");
      assert.deepEqual(await user.installed(".agents/skills/notes"), await registry.skill("bo", "notes"));
    });

    test("installs nothing that is under suspicion, since it could not warn", async () => {
      const { output } = await user.skills("add", page("bo/risky"), "--list");
      assert.doesNotMatch(output, /Found 1 skill/);
    });

    test("finds nothing to update when nothing changed", async () => {
      const { code, output } = await user.skills("check");
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /Updating pdf-tools|Updated|✗/);
    });

    test("updates what changed, to the published bytes", async () => {
      await registry.publish(NEXT_VERSION);
      const { code, output } = await user.skills("update", "--yes");
      assert.equal(code, 0, output);
      assert.match(output, /Updated 2 skill/);
      assert.deepEqual(await user.installed(".agents/skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
      assert.deepEqual(await user.installed(".agents/skills/odd-name"), await registry.skill("bo", "Odd--Name"));
    });
  });

  describe(`the clawhub client on a host of kind ${kind}`, () => {
    let registry, user;
    before(async () => {
      registry = await Registry.start(kind, CONTENT);
      user = await User.create();
    });
    after(async () => {
      await registry?.stop();
      await user?.remove();
    });
    const clawhub = async (...args) => {
      const { code, output } = await user.clawhub(registry, ...args);
      assert.equal(code, 0, output);
      return output;
    };

    test("explores the newest skills, and no suspicious ones", async () => {
      const output = await clawhub("explore");
      const slugs = output.trim().split("\n").map((line) => line.split(/\s+/)[0]);
      assert.equal(slugs[0], "pdf-tools", output);
      assert.deepEqual([...slugs].sort(), ["Odd--Name", "notes", "notes", "pdf-tools", "undated"]);
    });

    test("finds the API by the site's well-known address", async () => {
      const { code, output } = await user.clawhubAtSite(registry, "explore");
      assert.equal(code, 0, output);
      assert.match(output, /pdf-tools/);
    });

    test("inspects a skill with its versions and files", async () => {
      const output = await clawhub("inspect", "pdf-tools", "--versions", "--files");
      assert.match(output, /Owner\s+@ana/);
      assert.match(output, /latest=1\.1\.0/);
      // The API says null; docs/hosting.md warns of what the client makes of it.
      assert.match(output, /License\s+MIT-0/);
      assert.match(output, /1\.0\.0/);
      assert.match(output, /scripts\/read\.py/);
    });

    if (kind === "full") {
      test("says how to install instead, where nothing answers a download", async () => {
        const { code, output } = await user.clawhub(registry, "install", "pdf-tools");
        assert.notEqual(code, 0);
        assert.match(output, /npx skills add http:\/\/127\.0\.0\.1:\d+\/ana\/skills\/pdf-tools\//);
      });

      test("names the owners of a name that two of them use", async () => {
        const { code, output } = await user.clawhub(registry, "install", "notes");
        assert.notEqual(code, 0);
        assert.match(output, /@ana\/notes.*@bo\/notes/s);
      });
      return;
    }

    test("searches by words and by exact name", async () => {
      assert.match(await clawhub("search", "reads pdf"), /^pdf-tools v1\.1\.0\s+@ana/);
      assert.match(await clawhub("search", "--exact", "notes"), /@ana.*\n.*@bo/);
      // A search by words also gives what is near in meaning, so only an exact one finds nothing for sure.
      assert.equal((await clawhub("search", "--exact", "nobody-has-this")).trim(), "");
    });

    if (kind === "serve") {
      test("searches by prefix", async () => {
        assert.match(await clawhub("search", "--prefix", "und"), /^undated/);
      });
    }

    test("shows a file", async () => {
      const output = await clawhub("inspect", "@bo/notes", "--file", "SKILL.md");
      assert.match(output, /Bo\.\n$/);
    });

    test("installs the published bytes, with and without an owner and a version", async () => {
      await clawhub("install", "pdf-tools");
      assert.deepEqual(await user.installed("skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
      await clawhub("install", "@bo/notes");
      assert.deepEqual(await user.installed("skills/@bo/notes"), await registry.skill("bo", "notes"));
      await clawhub("install", "undated");
      assert.deepEqual(await user.installed("skills/undated"), await registry.skill("bo", "undated"));
    });

    test("installs by a name of before, with and without its owner", async () => {
      for (const old of ["pdf", "@cyd/one-file"]) await clawhub("install", old);
      assert.deepEqual(await user.installed("skills/pdf"), await registry.skill("ana", "pdf-tools"));
      assert.deepEqual(await user.installed("skills/@cyd/one-file"), await registry.skill("bo", "Odd--Name"));
      for (const old of ["pdf", "@cyd/one-file"]) await clawhub("uninstall", old, "--yes");
    });

    test("refuses a name that two owners use, and a suspicious skill", async () => {
      const ambiguous = await user.clawhub(registry, "install", "notes");
      assert.notEqual(ambiguous.code, 0);
      assert.match(ambiguous.output, /ana, bo/);
      const suspicious = await user.clawhub(registry, "install", "risky");
      assert.notEqual(suspicious.code, 0);
      assert.match(suspicious.output, /suspicious/);
    });

    test("lists what is installed", async () => {
      const output = await clawhub("list");
      assert.match(output, /^pdf-tools {2}1\.1\.0$/m);
      assert.match(output, /^@bo\/notes {2}sha256-/m);
    });

    test("has nothing to update when nothing changed", async () => {
      assert.match(await clawhub("update", "pdf-tools"), /up to date v1\.1\.0/);
    });

    test("updates what changed, with and without a version", async () => {
      await registry.publish(NEXT_VERSION);
      assert.match(await clawhub("update", "--all"), /pdf-tools -> v1\.2\.0/);
      assert.deepEqual(await user.installed("skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
      assert.deepEqual(await user.installed("skills/undated"), await registry.skill("bo", "undated"));
    });
  });
}

describe("the clients on plain files, as a site is by default", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("static", CONTENT);
    user = await User.create();
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });
  const clawhub = (...args) => user.clawhub(registry, ...args);

  test("clawhub explores and inspects", async () => {
    const explored = await clawhub("explore");
    assert.equal(explored.code, 0, explored.output);
    assert.match(explored.output, /^pdf-tools /);
    const inspected = await clawhub("inspect", "pdf-tools");
    assert.equal(inspected.code, 0, inspected.output);
    assert.match(inspected.output, /Owner\s+@ana/);
    assert.match(inspected.output, /latest=1\.1\.0/);
  });

  test("clawhub ends with an error where it needs more, and installs nothing", async () => {
    for (const args of [["inspect", "pdf-tools", "--versions"], ["inspect", "pdf-tools", "--files"], ["install", "pdf-tools"]]) {
      const { code, output } = await clawhub(...args);
      assert.notEqual(code, 0, output);
      assert.match(output, /404|not found/i);
    }
    await assert.rejects(user.installed("skills/pdf-tools"), { code: "ENOENT" });
  });

  test("skills installs the published bytes, and updates them", async () => {
    const { output } = await user.skills("add", `${registry.url}/ana/skills/pdf-tools/`, "--yes");
    assert.match(output, /Installed 1 skill/);
    assert.deepEqual(await user.installed(".agents/skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
    await registry.publish(NEXT_VERSION);
    assert.match((await user.skills("update", "--yes")).output, /Updated 1 skill/);
    assert.deepEqual(await user.installed(".agents/skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
  });
});

for (const kind of ["serve", "edge", "static"]) {
  test(`clients install the old version that they ask for, on a host of kind ${kind}`, async () => {
    const at = (version, text) => ({
      "skills/ana/pdf-tools/SKILL.md": `---\nname: pdf-tools\ndescription: Reads PDF files.\nmetadata:\n  version: ${version}\n---\n${text}\n`,
      "skills/ana/pdf-tools/scripts/read.py": `print("${version}")\n`,
    });
    const commits = [at("1.0.0", "One."), at("1.1.0", "Two.")];
    const registry = await Registry.start(kind, at("2.0.0", "Three."), { commits });
    const user = await User.create();
    const check = async ({ code, output }, folder, version) => {
      assert.equal(code, 0, output);
      const installed = await user.installed(folder);
      assert.match(String(installed.get("SKILL.md")), new RegExp(`version: ${version}`));
      assert.equal(String(installed.get("scripts/read.py")), `print("${version}")\n`);
      assert.equal(installed.size, 2);
    };
    try {
      for (const version of ["1.0.0", "1.1.0"]) {
        const page = `${registry.url}/ana/skills/pdf-tools/versions/${version}/`;
        await check(await user.skills("add", page, "--yes"), ".agents/skills/pdf-tools", version);
        if (kind === "static") continue;
        const ran = await user.clawhub(registry, "install", "@ana/pdf-tools", "--version", version, "--force");
        await check(ran, "skills/@ana/pdf-tools", version);
      }
      if (kind === "static") return;
      const { code, output } = await user.clawhub(registry, "install", "@ana/pdf-tools", "--version", "0.9.0", "--force");
      assert.notEqual(code, 0, output);
    } finally {
      await registry.stop();
      await user.remove();
    }
  });
}
