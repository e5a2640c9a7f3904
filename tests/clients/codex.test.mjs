// Codex on a folder of unpacked zips, as a repository of plugins will be: what it installs is what was published, byte by
// byte, and a model would be told of it.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, packages, readFiles } from "./harness.mjs";

const target = { x64: "x86_64", arm64: "aarch64" }[process.arch];
const program = join(await packages("codex"), `@openai/codex-linux-${process.arch}/vendor/${target}-unknown-linux-musl/bin/codex`);

const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": "---\nname: pdf-tools\ndescription: Reads PDF files.\n---\n# PDF tools\n",
  "skills/ana/pdf-tools/scripts/read.py": "print('größe')\n",
};

describe("Codex", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("https", CONTENT);
    user = await User.create();
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });
  const codex = async (...args) => {
    const home = join(user.home, "codex");
    await mkdir(home, { recursive: true });
    const { code, output } = await user.program(program, args, { CODEX_HOME: home });
    assert.equal(code, 0, output);
    return output;
  };

  test("installs a plugin that is called by owner and slug, and tells the model of its skill", async () => {
    const repository = join(user.home, "repository");
    const plugin = join(repository, "plugins/ana--pdf-tools");
    for (const folder of [join(repository, ".claude-plugin"), join(plugin, ".claude-plugin"), join(plugin, "skills")]) {
      await mkdir(folder, { recursive: true });
    }
    await writeFile(join(plugin, ".claude-plugin/plugin.json"), JSON.stringify({ name: "ana--pdf-tools", version: "1.0.0" }));
    const plugins = [{ name: "ana--pdf-tools", description: "Reads.", source: "./plugins/ana--pdf-tools" }];
    const list = JSON.stringify({ name: "acme", owner: { name: "Acme" }, plugins });
    await writeFile(join(repository, ".claude-plugin/marketplace.json"), list);
    const zip = join(registry.site, "ana/skills/pdf-tools/pdf-tools.zip");
    const unpacked = await user.program("unzip", ["-q", zip, "-d", join(plugin, "skills/pdf-tools")]);
    assert.equal(unpacked.code, 0, unpacked.output);

    await codex("plugin", "marketplace", "add", repository);
    await codex("plugin", "add", "ana--pdf-tools@acme");
    const installed = join(user.home, "codex/plugins/cache/acme/ana--pdf-tools/1.0.0/skills/pdf-tools");
    assert.deepEqual(await readFiles(installed), await registry.skill("ana", "pdf-tools"));
    assert.match(await codex("debug", "prompt-input", "hello"), /- ana--pdf-tools:pdf-tools: Reads PDF files\./);
  });
});
