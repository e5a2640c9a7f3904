// The commands that a skill's page shows: each is run as it stands, and installs the published bytes.

import assert from "node:assert/strict";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, commands, readFiles } from "./harness.mjs";

const skill = (name, text, description = "Does it.") => `---\nname: ${name}\ndescription: ${description}\n---\n${text}\n`;

/**
 * One skill of each sort: several files, one file, a name that clients write otherwise, one name of two owners, one that
 * is broken, one that hides itself, one under suspicion.
 */
const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", "# PDF tools"),
  "skills/ana/pdf-tools/_meta.json": JSON.stringify({
    owner: "ana",
    slug: "pdf-tools",
    displayName: "PDF Tools",
    latest: { version: "1.1.0", publishedAt: Date.UTC(2026, 0, 20) },
    history: [],
  }),
  "skills/ana/pdf-tools/scripts/read.py": "#!/usr/bin/env python3\nprint('pdf')\n",
  "skills/ana/pdf-tools/assets/form.bin": Buffer.from([0, 255, 1, 254]),
  "skills/bo/single/SKILL.md": skill("single", "Text."),
  "skills/bo/Odd--Name/SKILL.md": skill("Odd Name", "Text."),
  "skills/ana/notes/SKILL.md": skill("notes", "Ana."),
  "skills/bo/notes/SKILL.md": skill("notes", "Bo."),
  "skills/bo/broken/SKILL.md": skill("broken", "Text.", "Use when: it breaks"),
  "skills/bo/plain/SKILL.md": "No front matter.\n",
  "skills/bo/inner/SKILL.md": "---\nname: inner\ndescription: Inner.\nmetadata:\n  internal: true\n---\nText.\n",
  "skills/bo/risky/SKILL.md": skill("risky", "Text."),
  "moderation.toml": '[[suspicious]]\nskill = "bo/risky"\nnote = "It deletes files."\n',
};

/** Which commands are shown: those of `skills` by what a skill is, those of `clawhub` by what answers it. */
const SHOWN = {
  "ana/pdf-tools": { skills: true, isUnique: true },
  "bo/single": { skills: true, isUnique: true },
  "bo/Odd--Name": { skills: true, isUnique: true, installed: "odd-name" },
  "ana/notes": { skills: true, isUnique: false },
  "bo/notes": { skills: true, isUnique: false },
  "bo/broken": { skills: false, isUnique: true },
  "bo/plain": { skills: false, isUnique: true },
  "bo/inner": { skills: false, isUnique: true },
  "bo/risky": { skills: false, isUnique: true },
};

/** The files of the one skill in a folder of skills, whatever the client calls it. */
async function onlySkill(folder) {
  const [name, ...others] = await readdir(folder);
  assert.deepEqual(others, []);
  return readFiles(join(folder, name));
}

/** The files that Claude Code reads of the one plugin that it has. */
async function ofClaude(user) {
  const { plugins } = JSON.parse(await readFile(join(user.home, ".claude/plugins/installed_plugins.json"), "utf8"));
  const [[plugin], ...others] = Object.values(plugins);
  assert.deepEqual(others, []);
  return readFiles(plugin.installPath);
}

describe("commands of pages of a site at an https address", () => {
  let registry;
  const MEMBERS = { "pdf-tools": "ana/pdf-tools", single: "bo/single", "ana-notes": "ana/notes", "bo-notes": "bo/notes" };
  const team = 'title = "Team"\ndescription = "Ours."\n' + Object.values(MEMBERS).map((key) => `[[skill]]\nkey = "${key}"\n`).join("");
  before(async () => {
    registry = await Registry.start("https", { ...CONTENT, "collections/team.toml": team });
  });
  after(() => registry?.stop());

  /** Runs the commands of a client, in their order, for a user who has nothing. */
  const withClient = async (page, id, check) => {
    const user = await User.create();
    try {
      const way = (await registry.read(page)).split(`value="${id}"`)[1].split("<label>")[0];
      for (const line of commands(way)) {
        const { code, output } = await user.shell(line);
        assert.equal(code, 0, `${line}\n${output}`);
      }
      await check(user);
    } finally {
      await user.remove();
    }
  };

  for (const [id, slug] of [["ana/pdf-tools", "pdf-tools"], ["bo/Odd--Name", "Odd--Name"]]) {
    const page = `${id.split("/")[0]}/skills/${slug}/index.html`;
    const published = () => registry.skill(...id.split("/"));
    test(`${id} installs with Claude Code, from the marketplace`, () =>
      withClient(page, "claude", async (user) => assert.deepEqual(await ofClaude(user), await published())));
    test(`${id} installs with npm`, () =>
      withClient(page, "npm", async (user) =>
        assert.deepEqual(await onlySkill(join(user.project, ".agents/skills")), await published())));
  }

  test("a collection installs with Claude Code, as one plugin", () =>
    withClient("collections/team/index.html", "claude", async (user) => {
      const files = await ofClaude(user);
      for (const [name, id] of Object.entries(MEMBERS)) {
        for (const [path, bytes] of await registry.skill(...id.split("/"))) {
          assert.deepEqual(files.get(`skills/${name}/${path}`), bytes, `${name}/${path}`);
          files.delete(`skills/${name}/${path}`);
        }
      }
      assert.deepEqual([...files.keys()].sort(), [".claude-plugin/plugin.json", "plugin.json"]);
    }));

  test("a collection installs with npm, as one package", () =>
    withClient("collections/team/index.html", "npm", async (user) => {
      for (const [name, id] of Object.entries(MEMBERS)) {
        const published = await registry.skill(...id.split("/"));
        assert.deepEqual(await readFiles(join(user.project, "node_modules/@acme/team/skills", name)), published, name);
        // The client calls skills by their own names, so of the two that are called `notes` agents get one.
        if (id.endsWith("/notes")) continue;
        assert.deepEqual(await readFiles(join(user.project, ".agents/skills", name)), published, name);
      }
    }));

  test("what an agent is told names the zip and its SHA-256", async () => {
    const page = await registry.read("ana/skills/pdf-tools/index.html");
    const [prompt] = page.split('class="command prompt"')[1].split("</code>");
    const { zip } = JSON.parse(await registry.read("ana/skills/pdf-tools/skill.json"));
    assert.ok(prompt.includes(zip.url) && prompt.includes(zip.sha256), prompt);
    assert.ok(!(await registry.read("bo/skills/risky/index.html")).includes('class="command prompt"'));
  });
});

for (const kind of ["serve", "edge", "github", "static"]) {
  describe(`commands on a host of kind ${kind}`, () => {
    let registry, repository;
    before(async () => {
      registry = await Registry.start(kind, CONTENT);
      if (kind === "github") repository = await registry.startRepository();
    });
    after(() => registry?.stop());

    for (const [id, { skills, isUnique, installed }] of Object.entries(SHOWN)) {
      const [owner, slug] = id.split("/");
      test(`the page of ${id} shows those that work`, async () => {
        const user = await User.create();
        try {
          const lines = commands(await registry.page(owner, slug));
          const clawhub = kind === "edge" || (kind === "github" && isUnique);
          const names = lines.map((line) => ["gemini", "skills", "clawhub"].find((client) => line.includes(`${client} `)) ?? line.split(" ")[0]);
          const shown = [skills && "skills", clawhub && "clawhub", skills && "gemini", "curl"];
          assert.deepEqual(names, shown.filter(Boolean));
          const published = await registry.skill(owner, slug);
          for (const line of lines) {
            const { code, output } = await user.shell(line, { CLAWHUB_GITHUB_CODELOAD_BASE_URL: repository?.url });
            if (line.includes("clawhub") && id === "bo/risky") {
              assert.match(output, /suspicious/);
              continue;
            }
            assert.equal(code, 0, `${line}\n${output}`);
            if (line.includes("gemini")) {
              assert.deepEqual(await onlySkill(join(user.home, ".gemini/skills")), published, line);
              continue;
            }
            const folder = line.includes("npx skills") ? `.agents/skills/${installed ?? slug}`
              : line.startsWith("curl") ? slug : `skills/@${id}`;
            const files = await user.installed(folder);
            // The repository's folder comes as it is, with what tells the builder of versions.
            if (kind === "github" && line.includes("clawhub")) files.delete("_meta.json");
            assert.deepEqual(files, published, line);
            if (line.startsWith("curl") && id === "ana/pdf-tools") {
              const script = await stat(join(user.project, folder, "scripts/read.py"));
              assert.equal(script.mode & 0o111, 0o111, "a script runs when it is unpacked");
            }
          }
        } finally {
          await user.remove();
        }
      });
    }

    if (kind === "github") {
      test("the bytes came from the repository, at the commit of the settings", () => {
        assert.deepEqual(new Set(repository.asked), new Set(["/acme/registry/zip/main"]));
      });
    }
  });
}
