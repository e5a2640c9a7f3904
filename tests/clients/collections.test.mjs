// A collection installs by one command, to the published bytes of each of its skills.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Registry, User, commands, readFiles } from "./harness.mjs";

const demo = join(dirname(fileURLToPath(import.meta.url)), "../../content");

/** The demo's collection with its skills, in which another owner has a skill of one slug. */
async function content() {
  const files = Object.fromEntries([...(await readFiles(demo))].filter(([path]) => /^(skills|badges)\//.test(path)));
  const team = await readFile(join(demo, "collections/first-week.toml"), "utf8");
  const [head] = team.split("# Or by a rule");
  return {
    ...files,
    "skills/zoe/code-tour/SKILL.md": "---\nname: code-tour\ndescription: Of Zoe.\n---\nZoe.\n",
    "collections/first-week.toml": `${head}[[skill]]\nkey = "zoe/code-tour"\n`,
  };
}

/** What each skill is installed as. */
const SKILLS = {
  "brook-code-tour": "brook/code-tour",
  "git-bisect": "brook/git-bisect",
  "unit-test-writer": "wren/unit-test-writer",
  "commit-messages": "brook/commit-messages",
  "changelog-keeper": "brook/changelog-keeper",
  "zoe-code-tour": "zoe/code-tour",
};

for (const kind of ["serve", "static"]) {
  describe(`a collection on a host of kind ${kind}`, () => {
    let registry, lines;
    before(async () => {
      registry = await Registry.start(kind, await content());
      const response = await fetch(`${registry.url}/collections/first-week/`);
      lines = commands(await response.text());
    });
    after(() => registry?.stop());

    /** Runs the command of the page that begins so, for a user with an empty project. */
    const withCommand = async (start, check) => {
      const user = await User.create();
      try {
        const line = lines.find((line) => line.startsWith(start));
        const { code, output } = await user.shell(line);
        assert.equal(code, 0, `${line}\n${output}`);
        await check(user);
      } finally {
        await user.remove();
      }
    };

    const areInstalled = async (user, folder) => {
      for (const [name, id] of Object.entries(SKILLS)) {
        const published = await registry.skill(...id.split("/"));
        assert.deepEqual(await user.installed(`${folder}/${name}`), published, name);
      }
      const names = [...(await user.installed(folder)).keys()].map((path) => path.split("/")[0]);
      assert.deepEqual(new Set(names), new Set(Object.keys(SKILLS)));
    };

    test("installs by one command of the skills client", () =>
      withCommand("npx skills", (user) => areInstalled(user, ".agents/skills")));

    test("is unpacked by one command of curl and unzip", () =>
      withCommand("curl", async (user) => {
        await areInstalled(user, "first-week/skills");
        const manifest = await readFile(join(user.project, "first-week/.claude-plugin/plugin.json"), "utf8");
        assert.equal(JSON.parse(manifest).name, "first-week");
      }));

    test("gives clients that fetch files one by one all files of the skills that it names to them", async () => {
      const line = lines.find((line) => line.startsWith('"skills"'));
      const [base] = JSON.parse(`{${line}}`).skills.urls;
      const { skills } = await (await fetch(new URL("index.json", base))).json();
      const names = skills.map(({ name }) => name);
      assert.deepEqual(names, Object.keys(SKILLS).filter((name) => name !== "git-bisect"), "that has a script");
      for (const { name, files, version, description } of skills) {
        const published = await registry.skill(...SKILLS[name].split("/"));
        assert.deepEqual(files, [...published.keys()].sort());
        assert.match(version, /^[0-9a-f]{64}$/);
        assert.ok(description);
        for (const file of files) {
          const response = await fetch(new URL(file, new URL(`${name}/`, base)));
          assert.deepEqual(Buffer.from(await response.arrayBuffer()), published.get(file), `${name}/${file}`);
        }
      }
    });
  });
}
