// opencode on the index of a collection and on that of a skill, by the line that the page shows: what it loads is what was published, byte by byte,
// and an edit arrives.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, commands, packages, readFiles } from "./harness.mjs";

const program = join(await packages("opencode"), `opencode-linux-${process.arch}/bin/opencode`);

const skill = (text) => `---\nname: pdf-tools\ndescription: Reads PDF files.\n---\n${text}\n`;

describe("opencode", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("https", {
      "skills/ana/pdf-tools/SKILL.md": skill("# PDF tools"),
      "skills/ana/pdf-tools/references/notes.md": "Größe.\n",
      "collections/team.toml": 'title = "Team"\ndescription = "Ours."\n[[skill]]\nkey = "ana/pdf-tools"\n',
    }, { settings: "[api]\nfile_indexes = true\n" });
    user = await User.create();
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });

  /** What the client has of the skill after it has started with the settings of the page. */
  const load = async (page) => {
    const line = commands(await registry.read(page)).find((line) => line.startsWith('"skills"'));
    await writeFile(join(user.project, "opencode.json"), `{ ${line}, "autoupdate": false }`);
    const env = { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" };
    const { code, output } = await user.program(program, ["debug", "skill"], env);
    assert.equal(code, 0, output);
    assert.match(output, /Reads PDF files\./);
    const files = await readFiles(join(user.home, "cache/opencode/skills/pdf-tools"));
    // What it notes for itself.
    files.delete(".opencode-version");
    return files;
  };

  let edits = 0;
  for (const page of ["collections/team/index.html", "ana/skills/pdf-tools/index.html"]) {
    test(`loads the published bytes by ${page}, and those of an edit`, async () => {
      assert.deepEqual(await load(page), await registry.skill("ana", "pdf-tools"));
      await registry.publish({ "skills/ana/pdf-tools/SKILL.md": skill(`# Better PDF tools ${++edits}`) });
      assert.deepEqual(await load(page), await registry.skill("ana", "pdf-tools"));
    });
  }
});
