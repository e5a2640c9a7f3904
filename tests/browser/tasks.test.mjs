// Typing, scrolling and clicking never wait for a search.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { launch } from "./chromium.mjs";
import { buildSite, serveFolder } from "./site.mjs";
import { tasksDuring } from "./tasks.mjs";

const N_SKILLS = 300;
/**
 * Without a worker the longest task takes 114 to 141 ms; with one 40 to 50 on a machine at rest, where
 * `benchmarks/browser/tasks.mjs` measures it. This leaves room for a machine that does other things as well.
 */
const TASK_MAX_MS = 90;

const VERBS = ["merge", "translate", "review", "summarize", "convert", "schedule", "publish", "deploy", "measure", "clean"];
const THINGS = ["pdf files", "calendar events", "pull requests", "meeting notes", "spreadsheets", "images", "release notes", "invoices", "logs", "recipes"];

let content, site, server;
before(async () => {
  content = mkdtempSync(path.join(tmpdir(), "skillpress-tasks-"));
  for (let skillIdx = 0; skillIdx < N_SKILLS; skillIdx++) writeSkill(skillIdx);
  site = buildSite("https://skills.example/", { content });
  server = await serveFolder(site, { headers: true });
});
after(async () => {
  await server?.close();
  for (const folder of [content, site && path.dirname(site)]) if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Every verb with every thing, for three owners: any two words find many skills. */
function writeSkill(skillIdx) {
  const verb = VERBS[skillIdx % VERBS.length], thing = THINGS[Math.floor(skillIdx / VERBS.length) % THINGS.length];
  const owner = ["ana", "brook", "devi"][Math.floor(skillIdx / 100)];
  const folder = path.join(content, "skills", owner, `${verb}-${thing.replace(" ", "-")}`);
  mkdirSync(folder, { recursive: true });
  const others = THINGS.slice(skillIdx % 4, 4 + (skillIdx % 4)).join(", ");
  writeFileSync(path.join(folder, "SKILL.md"), `---\nname: ${verb}-${thing.replace(" ", "-")}\n`
    + `description: ${verb} ${thing} for ${owner}, quickly and without mistakes; works well with ${others}.\n---\n`
    + `# ${verb} ${thing}\n\nUse it to ${verb} ${thing}. It also knows ${others}, number ${skillIdx}.\n`);
}

/** Opens `address` in a fresh browser, acts there and checks what is shown then; the longest task in ms, the best of five times: other programs disturb the slowing. */
async function longestTask(address, act, check) {
  const longest = [];
  for (let times = 0; times < 5; times++) {
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(server.url + address, { waitUntil: "networkidle" });
      const [ms] = await tasksDuring(page, () => act(page));
      await check(page);
      longest.push(ms);
      if (ms <= TASK_MAX_MS) return ms;
    } finally {
      await browser.close();
    }
  }
  return Math.min(...longest);
}

// What the driver asks the page for would be tasks too, so the acts only type and wait.
const SETTLED_MS = 2500;

test("typing into the box of a page runs no long task, the loading of the search included", async () => {
  const ms = await longestTask("skills/", async (page) => {
    await page.keyboard.type("review calendar events", { delay: 100 });
    await page.waitForTimeout(SETTLED_MS);
  }, async (page) => {
    assert.match(await page.locator("form.site-search [role=status]").innerText(), /skills? for review calendar events/);
    assert.equal(page.workers().length, 1);
  });
  assert.ok(ms <= TASK_MAX_MS, `${ms} ms`);
});

test("the search page runs no long task, however many results it shows", async () => {
  const ms = await longestTask("search/", async (page) => {
    await page.keyboard.type("translate", { delay: 100 });
    await page.waitForTimeout(SETTLED_MS);
    for (let times = 0; times < 3; times++) {
      // Scrolling draws what comes into sight, before the click and apart from it.
      await page.evaluate(() => document.querySelector(".search-more")?.scrollIntoView());
      await page.waitForTimeout(500);
      await page.evaluate(() => document.querySelector(".search-more")?.click());
      await page.waitForTimeout(SETTLED_MS);
    }
  }, async (page) => {
    assert.match(await page.locator("[role=status]").first().innerText(), /skills? for translate/);
    assert.ok(await page.locator(".search-results > li").count() > 20);
  });
  assert.ok(ms <= TASK_MAX_MS, `${ms} ms`);
});
