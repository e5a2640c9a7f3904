// Claude Code on the marketplaces of a site: what it installs is what was published, byte by byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, packages, readFiles } from "./harness.mjs";

const program = join(await packages("claude"), `@anthropic-ai/claude-code-linux-${process.arch}/claude`);

const skill = (name, text, description = "Does it.") => `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\n---\n${text}\n`;

/** Skills of each sort that a marketplace lists, some of them as hostile as a registry lets them be; two that it does not. */
const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", "# PDF tools"),
  "skills/ana/pdf-tools/scripts/read.py": "print('größe')\n",
  "skills/ana/pdf-tools/assets/icon.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254, 10, 13]),
  "skills/ana/pdf-tools/_meta.json": JSON.stringify({ latest: { version: "1.1.0", publishedAt: Date.UTC(2026, 0, 20) } }),
  "skills/ana/notes/SKILL.md": skill("notes", "Ana."),
  "skills/bo/notes/SKILL.md": skill("notes", "Bo."),
  "skills/bo/Odd--Name/SKILL.md": skill("Odd Name!", "Text.", "</script>\u202e $(touch x) `x` \u0007 & ".repeat(40)),
  "skills/a.b_c/x.php/SKILL.md": skill("x", "Text.", "名前。".repeat(300)),
  "skills/a.b_c/x.php/package.json": '{"scripts":{"postinstall":"exit 1"}}',
  "skills/bo/risky/SKILL.md": skill("risky", "Text."),
  "skills/bo/hooked/SKILL.md": skill("hooked", "Text."),
  "skills/bo/hooked/hooks/hooks.json": JSON.stringify({ hooks: { SessionStart: [{ hooks: [{ type: "command", command: "exit" }] }] } }),
  "skills/bo/hooked/.mcp.json": "{}",
  "moderation.toml": '[[suspicious]]\nskill = "bo/risky"\nnote = "It deletes files."\n',
  "badges/official.toml": 'label = "Official"\ndescription = "By us."\n\n[[award]]\nskill = "ana/pdf-tools"\n',
};

const LISTED = [
  ["ana", "pdf-tools"],
  ["ana", "notes"],
  ["bo", "notes"],
  ["bo", "Odd--Name"],
  ["a.b_c", "x.php"],
];

describe("Claude Code on a marketplace", () => {
  let registry, user;
  before(async () => {
    registry = await Registry.start("https", CONTENT);
    user = await User.create();
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });

  const list = async () => JSON.parse(await registry.read("marketplace.json"));
  const nameOf = async (owner, slug) => {
    const { plugins } = await list();
    return plugins.find(({ source }) => source.url.includes(`/${owner}/skills/${slug}/`)).name;
  };

  const claude = (...args) =>
    user.program(program, ["plugin", ...args], {
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    });
  const succeed = async (...args) => {
    const { code, output } = await claude(...args);
    assert.equal(code, 0, output);
    return output;
  };

  /** The files that the client reads of a plugin, path → bytes. */
  const installed = async (plugin) => {
    const state = JSON.parse(await readFile(join(user.home, ".claude/plugins/installed_plugins.json"), "utf8"));
    return readFiles(state.plugins[plugin][0].installPath);
  };
  /** What of a plugin it loads, such as `Skills (1)`. */
  const loaded = async (plugin) => {
    const details = await succeed("details", plugin);
    return [...details.matchAll(/^ {2}(\w[\w ]*) \(([1-9]\d*)\)/gm)].map(([, what, count]) => `${what} ${count}`);
  };

  test("the lists of site, badges and owners are valid, to the letter", async () => {
    const lists = ["marketplace.json", "badges/official/marketplace.json", "ana/marketplace.json", "a.b_c/marketplace.json"];
    for (const path of lists) await succeed("validate", "--strict", join(registry.site, path));
    const { plugins, renames } = await list();
    assert.equal(plugins.length, LISTED.length);
    assert.deepEqual(renames, { "bo--hooked": null, "bo--risky": null });
  });

  test("every skill of the list installs, with its bytes and as a skill alone", async () => {
    await succeed("marketplace", "add", `${registry.url}/marketplace.json`);
    for (const [owner, slug] of LISTED) {
      const plugin = `${await nameOf(owner, slug)}@acme`;
      await succeed("install", plugin);
      assert.deepEqual(await installed(plugin), await registry.skill(owner, slug), plugin);
      assert.deepEqual(await loaded(plugin), ["Skills 1"], plugin);
    }
  });

  test("lists of badges and of owners give the same", async () => {
    for (const [path, name] of [
      ["badges/official", "acme-badge-official"],
      ["ana", "acme-owner-ana"],
    ]) {
      await succeed("marketplace", "add", `${registry.url}/${path}/marketplace.json`);
      await succeed("install", `ana--pdf-tools@${name}`);
      assert.deepEqual(await installed(`ana--pdf-tools@${name}`), await registry.skill("ana", "pdf-tools"));
    }
  });

  test("an edit arrives, also where the list is older than the zip", async () => {
    // The version that the author names stays the same, as it does when somebody forgets it.
    const edit = (text) => registry.publish({ "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", text) });
    await edit("Better.");
    await succeed("update", "ana--pdf-tools@acme");
    assert.deepEqual(await installed("ana--pdf-tools@acme"), await registry.skill("ana", "pdf-tools"));
    await edit("Best.");
    await succeed("marketplace", "update", "acme");
    await succeed("update", "ana--pdf-tools@acme");
    assert.deepEqual(await installed("ana--pdf-tools@acme"), await registry.skill("ana", "pdf-tools"));
    assert.match(await succeed("update", "ana--pdf-tools@acme"), /already at the latest version/);
  });

  test("a renamed skill goes on under its new name, one under suspicion and one that was removed are turned off", async () => {
    const odd = await nameOf("bo", "Odd--Name");
    const notes = await registry.skill("bo", "notes");
    await registry.remove("skills/bo/notes");
    await registry.publish({
      "skills/bo/jottings/SKILL.md": notes.get("SKILL.md"),
      "aliases.toml": '"bo/notes" = "bo/jottings"\n',
      "moderation.toml": '[[suspicious]]\nskill = "ana/notes"\nnote = "It deletes files."\n[[removed]]\nskill = "bo/Odd--Name"\n',
    });
    await succeed("validate", "--strict", join(registry.site, "marketplace.json"));
    await succeed("marketplace", "update", "acme");
    await succeed("list");
    const { enabledPlugins } = JSON.parse(await readFile(join(user.home, ".claude/settings.json"), "utf8"));
    assert.equal(enabledPlugins["bo--jottings@acme"], true);
    assert.equal(enabledPlugins["bo--notes@acme"], undefined);
    for (const plugin of ["ana--notes", odd]) assert.notEqual(enabledPlugins[`${plugin}@acme`], true, plugin);
    await succeed("install", "bo--jottings@acme");
    assert.deepEqual(await installed("bo--jottings@acme"), notes);
  });

  test("a list with a SHA-256 installs that zip and no other", async () => {
    const zip = await readFile(join(registry.site, "ana/skills/pdf-tools/pdf-tools.zip"));
    const summed = (sha256) => {
      const source = { source: "archive", url: `${registry.url}/ana/skills/pdf-tools/pdf-tools.zip`, sha256 };
      const plugins = [{ name: "pdf", description: "Reads.", source }];
      registry.changed.set("/ana/summed.json", JSON.stringify({ name: "summed", owner: { name: "Acme" }, plugins }));
    };
    await writeFile(join(registry.site, "ana/summed.json"), "");
    summed("0".repeat(64));
    await succeed("marketplace", "add", `${registry.url}/ana/summed.json`);
    const { code, output } = await claude("install", "pdf@summed");
    assert.notEqual(code, 0);
    assert.match(output, /integrity check failed/);
    const state = await readFile(join(user.home, ".claude/plugins/installed_plugins.json"), "utf8");
    assert.equal(JSON.parse(state).plugins["pdf@summed"], undefined);
    summed(createHash("sha256").update(zip).digest("hex"));
    await succeed("marketplace", "update", "summed");
    await succeed("install", "pdf@summed");
    assert.deepEqual(await installed("pdf@summed"), await registry.skill("ana", "pdf-tools"));
  });

  test("a list of packages for npm installs them from the site", async () => {
    const source = { source: "npm", package: "@acme/ana--pdf-tools", registry: `${registry.url}/npm/` };
    const plugins = [{ name: "pdf", description: "Reads.", source }];
    const packaged = join(user.home, "packaged/.claude-plugin");
    await mkdir(packaged, { recursive: true });
    await writeFile(join(packaged, "marketplace.json"), JSON.stringify({ name: "packaged", owner: { name: "Acme" }, plugins }));
    await succeed("marketplace", "add", join(user.home, "packaged"));
    // It runs npm.
    const { code, output } = await user.shell("claude plugin install pdf@packaged");
    assert.equal(code, 0, output);
    const files = [...(await installed("pdf@packaged"))].filter(([path]) => path.startsWith("skills/pdf-tools/"));
    const bytes = new Map(files.map(([path, bytes]) => [path.slice("skills/pdf-tools/".length), bytes]));
    assert.deepEqual(bytes, await registry.skill("ana", "pdf-tools"));
    assert.deepEqual(await loaded("pdf@packaged"), ["Skills 1"]);
  });

  test("a skill that is not listed for its files would indeed bring more than a skill", async () => {
    const source = { source: "archive", url: `${registry.url}/bo/skills/hooked/hooked.zip` };
    // Whatever a list says of it.
    const plugin = { name: "hooked", description: "Hooks.", source, strict: false, skills: ["./"], hooks: {} };
    await writeFile(join(registry.site, "hooked.json"), JSON.stringify({ name: "hooked-list", owner: { name: "Acme" }, plugins: [plugin] }));
    await succeed("marketplace", "add", `${registry.url}/hooked.json`);
    await succeed("install", "hooked@hooked-list");
    assert.deepEqual(await loaded("hooked@hooked-list"), ["Skills 1", "Hooks 1"]);
  });
});
