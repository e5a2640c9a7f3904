// The commands that a skill's page shows: each is run as it stands, and installs the published bytes.

import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, commands } from "./harness.mjs";

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
          const names = lines.map((line) => (line.startsWith("npx") ? line.split(" ")[1] : line.split(" ")[0]));
          assert.deepEqual(names, [...(skills ? ["skills"] : []), ...(clawhub ? ["clawhub"] : []), "curl"]);
          const published = await registry.skill(owner, slug);
          for (const line of lines) {
            const { code, output } = await user.shell(line, { CLAWHUB_GITHUB_CODELOAD_BASE_URL: repository?.url });
            if (line.includes("clawhub") && id === "bo/risky") {
              assert.match(output, /suspicious/);
              continue;
            }
            assert.equal(code, 0, `${line}\n${output}`);
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
