// The clients that install from repositories, on one that `skillpress export git` wrote: what they install is what was
// published, byte by byte, and nothing of a skill becomes more than a skill.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Registry, User, packages, readFiles } from "./harness.mjs";

const target = { x64: "x86_64", arm64: "aarch64" }[process.arch];
const programs = {
  claude: join(await packages("claude"), `@anthropic-ai/claude-code-linux-${process.arch}/claude`),
  codex: join(await packages("codex"), `@openai/codex-linux-${process.arch}/vendor/${target}-unknown-linux-musl/bin/codex`),
  gemini: join(await packages("gemini"), "@google/gemini-cli/bundle/gemini.js"),
};

const skill = (name, text) => `---\nname: ${name}\ndescription: Does ${name}.\n---\n${text}\n`;
const command = { type: "command", command: "exit" };

const CONTENT = {
  "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", "# PDF tools"),
  "skills/ana/pdf-tools/scripts/read.py": "print('größe')\r\n",
  "skills/ana/pdf-tools/assets/icon.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254, 10, 13]),
  "skills/bo/pdf-tools/SKILL.md": skill("pdf-tools", "Bo's."),
  // To a client that took it for a plugin, it would have hooks, a server, a command and a program.
  "skills/bo/hooked/SKILL.md": skill("hooked", "Text."),
  "skills/bo/hooked/hooks/hooks.json": JSON.stringify({ hooks: { SessionStart: [{ hooks: [command] }] } }),
  "skills/bo/hooked/mcp.json": JSON.stringify({ mcpServers: { x: { command: "exit" } } }),
  "skills/bo/hooked/plugin.json": JSON.stringify({ name: "hooked", hooks: "./hooks/hooks.json" }),
  "skills/bo/hooked/commands/x.md": skill("x", "Text."),
  "skills/bo/hooked/bin/git": "#!/bin/sh\n",
  "collections/team.toml":
    'title = "Team"\ndescription = "Ours."\n[[skill]]\nkey = "ana/pdf-tools"\n[[skill]]\nkey = "bo/hooked"\n',
};

/** The folder of each skill in the repository. */
const PLACES = {
  "ana/pdf-tools": "ana--pdf-tools/skills/pdf-tools",
  "bo/pdf-tools": "bo--pdf-tools/skills/pdf-tools",
  "bo/hooked": "bo--hooked/skills/hooked",
};

describe("an exported repository", () => {
  let registry, user, repository;
  before(async () => {
    registry = await Registry.start("https", CONTENT);
    user = await User.create();
    repository = join(user.home, "repository");
    await exportGit();
    // The clients clone from an address; git is told where that is.
    const settings = `[url "file://${user.home}/"]\n\tinsteadOf = https://git.example/\n`;
    await writeFile(join(user.home, ".gitconfig"), settings);
  });
  after(async () => {
    await registry?.stop();
    await user?.remove();
  });

  const succeed = async (program, args, env) => {
    const { code, output } = await user.program(program, args, env);
    assert.equal(code, 0, output);
    return output;
  };
  const exportGit = () => {
    const input = ["--content", registry.content, "--config", join(registry.folder, "skillpress.toml")];
    return succeed(process.env.SKILLPRESS, ["export", "git", repository, ...input, "--base-url", registry.url]);
  };
  const edit = async (text) => {
    await registry.publish({ "skills/ana/pdf-tools/SKILL.md": skill("pdf-tools", text) });
    await exportGit();
  };
  const assertBytes = async (folder, key) => {
    assert.deepEqual(await readFiles(folder), await registry.skill(...key.split("/")), key);
  };

  test("Claude Code installs each plugin as skills alone, and updates those that changed", async () => {
    const claude = (...args) =>
      succeed(programs.claude, ["plugin", ...args], {
        DISABLE_AUTOUPDATER: "1",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      });
    const installed = async (plugin) => {
      const state = JSON.parse(await readFile(join(user.home, ".claude/plugins/installed_plugins.json"), "utf8"));
      return state.plugins[`${plugin}@acme`][0].installPath;
    };
    await claude("validate", "--strict", repository);
    await claude("marketplace", "add", "https://git.example/repository/.git");
    for (const [key, place] of Object.entries(PLACES)) {
      const [plugin, ...below] = place.split("/");
      await claude("install", `${plugin}@acme`);
      await assertBytes(join(await installed(plugin), ...below), key);
      const details = await claude("details", `${plugin}@acme`);
      const parts = [...details.matchAll(/^ {2}(\w[\w ]*) \(([1-9]\d*)\)/gm)].map(([, what, count]) => `${what} ${count}`);
      assert.deepEqual(parts, ["Skills 1"], plugin);
    }
    await claude("install", "team@acme");
    await assertBytes(join(await installed("team"), "skills/pdf-tools"), "ana/pdf-tools");
    await assertBytes(join(await installed("team"), "skills/hooked"), "bo/hooked");

    await edit("Better.");
    await claude("marketplace", "update", "acme");
    assert.match(await claude("update", "bo--pdf-tools@acme"), /already at the latest version/);
    for (const [plugin, below] of [["ana--pdf-tools", "skills/pdf-tools"], ["team", "skills/pdf-tools"]]) {
      await claude("update", `${plugin}@acme`);
      await assertBytes(join(await installed(plugin), below), "ana/pdf-tools");
    }
  });

  test("Codex installs plugins, tells the model of their skills, and follows the repository", async () => {
    const home = join(user.home, "codex");
    await mkdir(home, { recursive: true });
    const codex = (...args) => succeed(programs.codex, args, { CODEX_HOME: home });
    const installed = async (place) => {
      const [plugin, ...below] = place.split("/");
      const folder = join(home, "plugins/cache/acme", plugin);
      const versions = await readdir(folder);
      assert.equal(versions.length, 1, `${versions}`);
      return join(folder, versions[0], ...below);
    };
    await codex("plugin", "marketplace", "add", "https://git.example/repository/.git");
    for (const [key, place] of Object.entries(PLACES)) {
      await codex("plugin", "add", `${place.split("/")[0]}@acme`);
      await assertBytes(await installed(place), key);
    }
    await codex("plugin", "add", "team@acme");
    const told = await codex("debug", "prompt-input", "hello");
    for (const name of ["ana--pdf-tools:pdf-tools", "bo--pdf-tools:pdf-tools", "bo--hooked:hooked", "team:pdf-tools", "team:hooked"]) {
      assert.ok(told.includes(`- ${name}: Does `), name);
    }
    assert.match(await codex("mcp", "list"), /No MCP servers configured/);

    await edit("Best.");
    await codex("plugin", "marketplace", "upgrade");
    await assertBytes(await installed(PLACES["ana/pdf-tools"]), "ana/pdf-tools");
    await assertBytes(await installed("team/skills/pdf-tools"), "ana/pdf-tools");
  });

  test("Codex installs packages for npm from the site, where a list names them", async () => {
    const home = join(user.home, "codex-npm");
    const list = join(user.home, "packaged");
    await mkdir(home);
    await mkdir(join(list, ".agents/plugins"), { recursive: true });
    const source = { source: "npm", package: "@acme/ana--pdf-tools", registry: `${registry.url}/npm/` };
    const policy = { installation: "AVAILABLE", authentication: "ON_INSTALL" };
    const plugins = [{ name: "pdf", source, policy, category: "Skills" }];
    const listed = JSON.stringify({ name: "packaged", interface: { displayName: "Packaged" }, plugins });
    await writeFile(join(list, ".agents/plugins/marketplace.json"), listed);
    // It runs npm.
    const codex = async (command) => {
      const { code, output } = await user.shell(`"$CODEX" plugin ${command}`, { CODEX: programs.codex, CODEX_HOME: home });
      assert.equal(code, 0, output);
    };
    await codex(`marketplace add ${list}`);
    await codex("add pdf@packaged");
    const folder = join(home, "plugins/cache/packaged/pdf");
    const [version] = await readdir(folder);
    await assertBytes(join(folder, version, "skills/pdf-tools"), "ana/pdf-tools");
  });

  test("Gemini CLI installs a skill, and a collection, from its folder", async () => {
    const gemini = (path) =>
      succeed(process.execPath, [programs.gemini, "skills", "install", repository, "--path", path, "--consent"]);
    const installed = (name) => join(user.home, ".gemini/skills", name);
    await gemini(`plugins/${PLACES["ana/pdf-tools"]}`);
    await assertBytes(installed("pdf-tools"), "ana/pdf-tools");
    await gemini(`plugins/${PLACES["bo/pdf-tools"]}`);
    await assertBytes(installed("pdf-tools"), "bo/pdf-tools");
    await gemini("plugins/team/skills");
    await assertBytes(installed("pdf-tools"), "ana/pdf-tools");
    await assertBytes(installed("hooked"), "bo/hooked");
  });

  test("the `skills` client lists and installs them", async () => {
    const { code, output } = await user.skills("add", repository, "--skill", "hooked", "--yes", "--agent", "claude-code");
    assert.equal(code, 0, output);
    await assertBytes(join(user.project, ".claude/skills/hooked"), "bo/hooked");
  });
});
