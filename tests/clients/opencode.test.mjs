// opencode on an index of the form that it reads, with the files of a site: what it loads is what was published, byte by
// byte, and only another version makes it look again.

import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, packages, readFiles } from "./harness.mjs";

const program = join(await packages("opencode"), `opencode-linux-${process.arch}/bin/opencode`);

const skill = (text) => `---\nname: pdf-tools\ndescription: Reads PDF files.\n---\n${text}\n`;

describe("opencode", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("https", {
      "skills/ana/pdf-tools/SKILL.md": skill("# PDF tools"),
      "skills/ana/pdf-tools/references/notes.md": "Größe.\n",
    });
    user = await User.create();
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });

  /** Puts an index with the skill's files on the site, and gives what the client has of the skill then. */
  const load = async (version) => {
    const index = join(registry.site, "index-of-ana");
    await mkdir(index, { recursive: true });
    await cp(join(registry.content, "skills/ana/pdf-tools"), join(index, "pdf-tools"), { recursive: true });
    const entry = { name: "pdf-tools", version, files: ["SKILL.md", "references/notes.md"] };
    await writeFile(join(index, "index.json"), JSON.stringify({ skills: [entry] }));
    const settings = { skills: { urls: [`${registry.url}/index-of-ana/`] }, autoupdate: false };
    await writeFile(join(user.project, "opencode.json"), JSON.stringify(settings));
    const env = { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" };
    const { code, output } = await user.program(program, ["debug", "skill"], env);
    assert.equal(code, 0, output);
    assert.match(output, /Reads PDF files\./);
    const files = await readFiles(join(user.home, "cache/opencode/skills/pdf-tools"));
    // What it notes for itself.
    files.delete(".opencode-version");
    return files;
  };

  test("loads the published bytes, and those of an edit when the version is another", async () => {
    const before = await registry.skill("ana", "pdf-tools");
    assert.deepEqual(await load("one"), before);
    await registry.publish({ "skills/ana/pdf-tools/SKILL.md": skill("# Better PDF tools") });
    assert.deepEqual(await load("one"), before);
    assert.deepEqual(await load("two"), await registry.skill("ana", "pdf-tools"));
  });
});
