// Gemini CLI on the zip of a skill and on that of a collection: what it installs is what was published, byte by byte.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, commands, packages, readFiles } from "./harness.mjs";

const program = join(await packages("gemini"), "@google/gemini-cli/bundle/gemini.js");

const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": "---\nname: pdf-tools\ndescription: Reads PDF files.\n---\n# PDF tools\n",
  "skills/ana/pdf-tools/scripts/read.py": "print('größe')\n",
  "skills/ana/pdf-tools/assets/icon.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254, 10, 13]),
};

describe("Gemini CLI", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("https", CONTENT);
    user = await User.create();
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });
  const gemini = (...args) => user.program(process.execPath, [program, "skills", ...args]);
  const installed = () => readFiles(join(user.home, ".gemini/skills/pdf-tools"));

  test("installs the zip under a name that ends in `.skill`, and the new one after an edit", async () => {
    const download = () =>
      user.program("curl", ["-fsSL", "-o", "pdf-tools.skill", `${registry.url}/ana/skills/pdf-tools/pdf-tools.zip`]);
    for (const text of ["# PDF tools\n", "# Better PDF tools\n"]) {
      await registry.publish({ "skills/ana/pdf-tools/SKILL.md": `---\nname: pdf-tools\ndescription: Reads PDF files.\n---\n${text}` });
      assert.equal((await download()).code, 0);
      const { code, output } = await gemini("install", "pdf-tools.skill", "--consent");
      assert.equal(code, 0, output);
      assert.deepEqual(await installed(), await registry.skill("ana", "pdf-tools"));
    }
    assert.match((await gemini("list")).output, /pdf-tools/);
  });

  test("installs a collection by the line of its page", async () => {
    const notes = "---\nname: my-notes\ndescription: Takes notes.\n---\nNotes.\n";
    const members = { "pdf-tools": "ana/pdf-tools", "my-notes": "bo/notes" };
    const team = 'title = "Team"\ndescription = "Ours."\n' + Object.values(members).map((key) => `[[skill]]\nkey = "${key}"\n`).join("");
    await registry.publish({ ...CONTENT, "skills/bo/notes/SKILL.md": notes, "collections/team.toml": team });
    const line = commands(await registry.read("collections/team/index.html")).find((line) => line.includes("gemini"));
    const [download, install] = line.split(" && ");
    assert.equal((await user.shell(download)).code, 0);
    const { code, output } = await gemini(...install.split(" ").slice(2), "--consent");
    assert.equal(code, 0, output);
    for (const [name, id] of Object.entries(members)) {
      const files = await readFiles(join(user.home, ".gemini/skills", name));
      assert.deepEqual(files, await registry.skill(...id.split("/")), name);
    }
  });

  test("takes no zip under its own name", async () => {
    const zip = `${registry.site}/ana/skills/pdf-tools/pdf-tools.zip`;
    const { output } = await gemini("install", zip, "--consent");
    assert.match(output, /No valid skills found/);
  });
});
