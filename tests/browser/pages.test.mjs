// Every kind of page is valid HTML and has no serious accessibility issue, in light and dark.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";

import vnu from "vnu-jar";

import { launch } from "./chromium.mjs";
import { buildSite, filesBelow, serveFolder } from "./site.mjs";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const pages = ["", "skills/", "skills/page/2/", "badges/", "badges/highlighted/", "collections/", "collections/first-week/", "tags/", "search/", "404.html"];

let site, server, browser;
before(async () => {
  // The port is known only when the server runs, and links must be right below a path too.
  site = buildSite("https://skills.example/x/");
  server = await serveFolder(site, { prefix: "/x/" });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** One owner page and every skill page of the site. */
function detailPages() {
  const isSkill = (file) => /^[^/]+\/skills\/[^/]+\/index\.html$/.test(file);
  // An alias has a page that leads on.
  const isRedirect = (file) => readFileSync(path.join(site, file), "utf8").includes('http-equiv="refresh"');
  const skills = filesBelow(site, "index.html").filter((file) => isSkill(file) && !isRedirect(file));
  assert.ok(skills.length >= 20, "the demo registry has skills");
  const owner = skills[0].split("/")[0];
  return [`${owner}/`, ...skills.map((file) => file.replace(/index\.html$/, ""))];
}

test("every page of the demo registry is valid HTML", () => {
  const files = filesBelow(site, ".html").filter((file) => !file.includes("/files/") && !file.startsWith("api/")).map((file) => path.join(site, file));
  assert.ok(files.length > 60);
  try {
    execFileSync("java", ["-jar", vnu, "--errors-only", "--format", "gnu", ...files], { stdio: "pipe", maxBuffer: 1 << 26 });
  } catch (error) {
    assert.fail(String(error.stderr).slice(0, 4000));
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`no page has a serious accessibility issue (${colorScheme})`, async () => {
    const context = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    for (const link of [...pages, ...detailPages()]) {
      if (link.includes("page/2") && !existsSync(path.join(site, link, "index.html"))) continue;
      await page.goto(server.url + link);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document));
      const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      const shown = bad.map((issue) => `${issue.id}: ${issue.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
      assert.deepEqual(shown, [], link);
    }
    await context.close();
  });
}

test("a page runs nothing that the content security policy forbids, and needs at most four requests", async () => {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  for (const link of ["skills/", detailPages().at(-1)]) {
    requested.length = 0;
    await page.goto(server.url + link, { waitUntil: "networkidle" });
    assert.ok(new Set(requested).size <= 4 || link !== "skills/", requested.join(" "));
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test("pages fit a phone: nothing scrolls sideways at 360 pixels", async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
  for (const link of [...pages, ...detailPages()]) {
    await page.goto(server.url + link);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${link} is ${overflow} px too wide`);
  }
  await page.close();
});

test("the client that was chosen last is shown wherever a page has it, with each choice accessible", async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  const shown = () => page.evaluate(() => [...document.querySelectorAll(".way")].filter((way) => way.checkVisibility()).map((way) => way.innerText));
  await page.goto(`${server.url}ana/skills/pdf-tools/`);
  const clients = await page.locator(".ways input").evaluateAll((inputs) => inputs.map((input) => input.value));
  for (const expected of ["skills", "claude", "gemini", "curl", "agent"]) assert.ok(clients.includes(expected), `${clients}`);
  const [first] = await shown();
  assert.match(first, /^npx skills add /);
  for (const client of clients) {
    await page.locator(`.ways label:has(input[value="${client}"])`).click();
    assert.equal((await shown()).length, 1, client);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document.querySelector(".install")));
    assert.deepEqual(violations.map(({ id }) => id), [], client);
  }
  await page.locator('.ways label:has(input[value="gemini"])').click();
  for (const [link, line] of [["brook/skills/git-bisect/", /gemini skills install git-bisect\.skill/], ["collections/first-week/", /gemini skills install first-week\.skill --path skills/]]) {
    await page.goto(server.url + link);
    const ways = await shown();
    assert.equal(ways.length, 1);
    assert.match(ways[0], line);
  }
  // By the keyboard.
  await page.locator('.ways input[value="gemini"]').focus();
  await page.keyboard.press("ArrowRight");
  assert.doesNotMatch((await shown())[0], /gemini/);
  await page.close();
});
