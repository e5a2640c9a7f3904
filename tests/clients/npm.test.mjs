// npm on the packages of a site, and the `skills` client on what it installed: the skill is what was published, byte by
// byte, and nothing of it ran.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, packages, readFiles } from "./harness.mjs";

const program = join(await packages("npm"), "npm/bin/npm-cli.js");

const skill = (name, text) => `---\nname: ${name}\ndescription: Does it.\n---\n${text}\n`;
const meta = (version, day) => JSON.stringify({ latest: { version, publishedAt: Date.UTC(2026, 0, day) } });

const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", "# PDF tools"),
  "skills/ana/pdf-tools/scripts/read.py": "print('größe')\n",
  "skills/ana/pdf-tools/assets/icon.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254, 10, 13]),
  "skills/ana/pdf-tools/_meta.json": meta("1.1.0", 20),
  // What npm would run, were it at the root of a package.
  "skills/ana/pdf-tools/package.json": '{"scripts":{"install":"touch ran"},"dependencies":{"not-there":"1"}}',
  "skills/ana/pdf-tools/binding.gyp": "{}",
  "skills/bo/Undated.One/SKILL.md": skill("undated-one", "One."),
  "aliases.toml": '"ana/pdf" = "ana/pdf-tools"\n',
};

/** Runs npm in the project of a user, and gives what it says. */
async function npmOf(user, ...args) {
  const env = { npm_config_update_notifier: "false", npm_config_audit: "false", npm_config_fund: "false" };
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  const { code, output } = await user.program(process.execPath, [program, ...args], { ...env, PATH: path });
  assert.equal(code, 0, output);
  return output;
}

/** Makes the project of a user one that takes packages from a registry. */
async function makeProject(user, registry) {
  await writeFile(join(user.project, ".npmrc"), `@acme:registry=${registry.url}/npm/\n`);
  await writeFile(join(user.project, "package.json"), '{"name":"project","private":true}');
}

describe("npm", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("https", CONTENT);
    user = await User.create();
    await makeProject(user, registry);
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });

  const npm = (...args) => npmOf(user, ...args);
  const installed = (name, folder) => readFiles(join(user.project, "node_modules/@acme", name, "skills", folder));
  const versionOf = async (name) => JSON.parse(await npm("view", `@acme/${name}`, "version", "--json"));

  test("installs a skill of the version that its author gave it, and runs nothing of it", async () => {
    await npm("install", "@acme/ana--pdf-tools");
    assert.deepEqual(await installed("ana--pdf-tools", "pdf-tools"), await registry.skill("ana", "pdf-tools"));
    const all = await readFiles(join(user.project, "node_modules/@acme/ana--pdf-tools"));
    assert.ok(![...all.keys()].some((path) => path.endsWith("ran")));
    assert.equal(await versionOf("ana--pdf-tools"), "1.1.0");
  });

  test("`skills experimental_sync` gives the skill to agents", async () => {
    const { code, output } = await user.skills("experimental_sync", "--yes", "--agent", "claude-code");
    assert.equal(code, 0, output);
    assert.deepEqual(await user.installed(".agents/skills/pdf-tools"), await registry.skill("ana", "pdf-tools"));
  });

  test("updates to the next version, and installs from the lock file", async () => {
    await registry.publish({
      "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", "# Better PDF tools"),
      "skills/ana/pdf-tools/_meta.json": meta("1.2.0", 21),
    });
    await npm("update");
    assert.deepEqual(await installed("ana--pdf-tools", "pdf-tools"), await registry.skill("ana", "pdf-tools"));
    await npm("ci");
    assert.deepEqual(await installed("ana--pdf-tools", "pdf-tools"), await registry.skill("ana", "pdf-tools"));
  });

  test("installs a skill without a version, and what it has become", async () => {
    const { plugins } = JSON.parse(await registry.read("marketplace.json"));
    const name = plugins.map((plugin) => plugin.name).find((name) => name.startsWith("bo--"));
    const folder = "undated-one";
    await npm("install", `@acme/${name}`);
    assert.deepEqual(await installed(name, folder), await registry.skill("bo", "Undated.One"));
    const before = await versionOf(name);
    await registry.publish({ "skills/bo/Undated.One/SKILL.md": skill("undated-one", "Two.") });
    assert.notEqual(await versionOf(name), before);
    await npm("install", `@acme/${name}@latest`);
    assert.deepEqual(await installed(name, folder), await registry.skill("bo", "Undated.One"));
  });

  test("installs under a name of before, and says the new one", async () => {
    assert.match(await npm("install", "@acme/ana--pdf"), /it is called @acme\/ana--pdf-tools now/);
    assert.deepEqual(await installed("ana--pdf", "pdf-tools"), await registry.skill("ana", "pdf-tools"));
  });
});

test("npm installs from a lock file as long as its version is published, whatever the skill has become", async () => {
  const version = (number, description, license) =>
    `---\nname: pdf-tools\ndescription: ${description}\nversion: ${number}\nlicense: ${license}\n---\n${number}\n`;
  const file = "skills/ana/pdf-tools/SKILL.md";
  const commits = [{ [file]: version("0.9.0", "Reads.", "MIT") }];
  const registry = await Registry.start("https", { [file]: version("1.0.0", "Reads PDF files.", "MIT") }, { commits });
  const user = await User.create();
  try {
    await makeProject(user, registry);
    await npmOf(user, "install", "--save-exact", "@acme/ana--pdf-tools@1.0.0");
    const folder = join(user.project, "node_modules/@acme/ana--pdf-tools/skills/pdf-tools");
    const before = await readFiles(folder);
    assert.deepEqual(before, await registry.skill("ana", "pdf-tools"));
    await registry.publish({ [file]: version("1.1.0", "Reads and splits PDF files.", "Apache-2.0") });
    await npmOf(user, "cache", "clean", "--force");
    await npmOf(user, "ci");
    assert.deepEqual(await readFiles(folder), before);
    await npmOf(user, "install", "@acme/ana--pdf-tools@latest");
    assert.deepEqual(await readFiles(folder), await registry.skill("ana", "pdf-tools"));
  } finally {
    await registry.stop();
    await user.remove();
  }
});
