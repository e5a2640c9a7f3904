// Pages of old versions and of what each changed: valid, accessible, with links that lead somewhere, at every width.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import vnu from "vnu-jar";

import { launch } from "./chromium.mjs";
import { buildSite, filesBelow, serveFolder } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const KIT = "ana/skills/kit/";

let folder, site, server, browser;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "skillpress-versions-"));
  const skill = path.join(folder, "content/skills/ana/kit");
  const write = (name, bytes) => {
    mkdirSync(path.dirname(path.join(skill, name)), { recursive: true });
    writeFileSync(path.join(skill, name), bytes);
  };
  const git = (...args) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example", ...args], { cwd: folder });
  const commit = (version, text) => {
    write("SKILL.md", `---\nname: kit\ndescription: A kit.\nversion: ${version}\n---\n# Kit\n${text}\n`);
    git("add", "--all");
    git("commit", "--quiet", "-m", version);
  };
  git("init", "--quiet");
  write("scripts/run.py", "print('one')\n".repeat(30));
  write("icon.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]));
  write("table.csv", "1,2\n".repeat(75_000));
  commit("1.0.0", "</td><script>alert(1)</script> \u202eabc");
  renameSync(path.join(skill, "scripts/run.py"), path.join(skill, "scripts/start.py"));
  write("icon.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 2]));
  write("table.csv", "1,3\n".repeat(75_000));
  commit("1.1.0", "Two.");
  write("crlf.txt", "a\r\nb");
  commit("2.0.0", "Three.");
  writeFileSync(path.join(folder, "skillpress.toml"), 'title = "Kits"\n[embedding]\nmode = "none"\n[versions]\nfrom = "git"\n');
  site = buildSite("https://skills.example/x/", { content: path.join(folder, "content"), config: path.join(folder, "skillpress.toml") });
  server = await serveFolder(site, { prefix: "/x/", headers: true });
  browser = await launch({ host: "skills.test" });
});
after(async () => {
  await browser?.close();
  await server?.close();
  for (const made of [folder, site && path.dirname(site)]) if (made) rmSync(made, { recursive: true, force: true });
});

/** The page of the skill and those below it. */
const pages = () => filesBelow(path.join(site, KIT), "index.html").map((file) => KIT + file.replace(/index\.html$/, ""));

test("there is a page for each kept version, and one for what each changed", () => {
  assert.deepEqual(pages().sort(), [
    KIT,
    `${KIT}versions/1.0.0/`,
    `${KIT}versions/1.1.0/`,
    `${KIT}versions/1.1.0/diff/`,
    `${KIT}versions/2.0.0/diff/`,
  ]);
});

test("they are valid HTML, and no search engine keeps them", () => {
  const files = pages().map((page) => path.join(site, page, "index.html"));
  try {
    execFileSync("java", ["-jar", vnu, "--errors-only", "--format", "gnu", ...files], { stdio: "pipe" });
  } catch (error) {
    assert.fail(String(error.stderr).slice(0, 4000));
  }
  for (const file of files) {
    const isKept = !file.includes("/versions/");
    assert.equal(readFileSync(file, "utf8").includes('content="noindex"'), !isKept, file);
  }
});

test("every link of them leads to a file of the site", () => {
  for (const page of pages()) {
    const html = readFileSync(path.join(site, page, "index.html"), "utf8");
    const links = [...html.matchAll(/(?:href|src)="([^"#?]+)/g)].map(([, link]) => new URL(link, `https://skills.example/x/${page}`));
    const own = links.filter((link) => link.host === "skills.example");
    assert.ok(own.length > 5, page);
    for (const link of own) {
      const file = decodeURIComponent(link.pathname.slice("/x/".length));
      assert.ok(existsSync(path.join(site, file.endsWith("/") || file === "" ? `${file}index.html` : file)), `${page}: ${link}`);
    }
  }
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [390, 1280]) {
    test(`they have no serious accessibility issue and nothing wider than the page (${colorScheme}, ${width})`, async () => {
      const context = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width, height: 900 } });
      const page = await context.newPage();
      for (const link of pages()) {
        await page.goto(server.url + link);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(overflow, 0, link);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document));
        const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        assert.deepEqual(bad.map((issue) => `${issue.id}: ${issue.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`), [], link);
      }
      await context.close();
    });
  }
}

test("what changed is said in words: renamed, binary, too long; hostile text is text", async () => {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  await page.goto(`${server.url}${KIT}versions/1.1.0/diff/`);
  const text = await page.locator("main").innerText();
  assert.match(text, /scripts\/run\.py/);
  assert.match(text, /scripts\/start\.py/);
  assert.match(text, /icon\.png/);
  assert.match(text, /table\.csv/);
  assert.match(text, /<script>alert\(1\)<\/script>/);
  assert.doesNotMatch(text, /\u202e/);
  assert.deepEqual(complaints, []);
  await page.close();
});
