// An open page follows its content: edits show by themselves, problems appear as an overlay and go when they are mended.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { launch } from "./chromium.mjs";
import { root, skillpress } from "./site.mjs";

let folder, preview, url, browser, page, refusals;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "skillpress-serve-"));
  cpSync(path.join(root, "content"), path.join(folder, "content"), { recursive: true });
  preview = spawn(skillpress, ["serve", "--addr", "127.0.0.1:0"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  url = await new Promise((resolve, reject) => {
    preview.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
    preview.stdout.on("data", (chunk) => resolve(/serving (http:\S+)/.exec(chunk)?.[1]));
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  preview?.kill("SIGINT");
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await page?.close();
  page = await browser.newPage();
  refusals = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 404/.test(message.text())) refusals.push(message.text());
  });
});

const file = (name) => path.join(folder, "content", name);
const edit = (name, change) => writeFileSync(file(name), change(readFileSync(file(name), "utf8")));
const panel = () => page.locator("skillpress-preview details");

/** Opens the page of the first skill with an official badge; gives its path below `content/`. */
async function openSkill() {
  const [, name] = /skill = "([^"]+)"/.exec(readFileSync(file("badges/official.toml"), "utf8"));
  const [owner, slug] = name.split("/");
  await page.goto(`${url}${owner}/skills/${slug}/`);
  return `skills/${name}/SKILL.md`;
}

test("an edited skill shows in the open page, which stays where it was scrolled", async () => {
  const skill = await openSkill();
  await page.setViewportSize({ width: 800, height: 300 });
  await page.evaluate(() => scrollTo(0, 200));
  edit(skill, (text) => `${text}\nA sentence that was added while the page was open.\n`);
  await page.getByText("A sentence that was added while the page was open.").waitFor({ state: "attached" });
  await page.waitForFunction(() => scrollY === 200);
  assert.deepEqual(refusals, []);
});

test("an edited badge file shows in the open page", async () => {
  await openSkill();
  edit("badges/official.toml", (text) => text.replace(/^label = .*$/m, 'label = "Checked by hand"'));
  await page.getByText("Checked by hand").first().waitFor();
});

test("an edited file of counts shows in the open page", async () => {
  const [, name] = /^skills\/(.*)\/SKILL\.md$/.exec(await openSkill());
  edit("stats.jsonl", (text) => text.split("\n").map((line) => {
    if (!line.includes(`"${name}"`)) return line;
    return JSON.stringify({ ...JSON.parse(line), downloads: 7_700_000 });
  }).join("\n"));
  await page.getByText("7.7M").first().waitFor();
});

test("search has an edit when the page no longer says that it is catching up", async () => {
  await page.addInitScript(() => {
    globalThis.told = [];
    const Source = globalThis.EventSource;
    globalThis.EventSource = class extends Source {
      constructor(...args) {
        super(...args);
        this.addEventListener("search", ({ data }) => globalThis.told.push(data));
      }
    };
  });
  const skill = await openSkill();
  edit(skill, (text) => text.replace(/^description: .*$/m, "description: Quaggas are counted at dawn."));
  await page.getByText("Quaggas are counted at dawn.").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => globalThis.told.at(-1) === "current");
  const found = await (await fetch(`${url}api/v1/search?q=quaggas`)).json();
  assert.equal(found.results[0].slug, skill.split("/")[2]);
});

test("a page says quietly that search is catching up", async () => {
  let state = "behind";
  await page.route("**/-/events", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: `retry: 100\nevent: search\ndata: ${state}\n\n` }));
  await openSkill();
  const pill = page.locator("skillpress-preview .pill");
  await pill.waitFor();
  assert.match(await pill.innerText(), /search is catching up/i);
  assert.equal(await pill.evaluate((element) => element.parentElement.getAttribute("role")), "status");
  state = "current";
  await pill.waitFor({ state: "detached" });
  assert.deepEqual(refusals, []);
});

test("an error is shown with its place and hint, as text, over the last good site, until it is mended", async () => {
  await openSkill();
  const heading = await page.locator("h1").first().textContent();
  const good = readFileSync(file("badges/official.toml"), "utf8");
  edit("badges/official.toml", (text) => `${text}\n[[award]]\nskill = "ana/<img src=x onerror=alert(1)>"\n`);
  await panel().waitFor();
  const shown = await panel().innerText();
  assert.match(shown, /badges\/official\.toml:\d+/);
  assert.match(shown, /hint: /);
  assert.equal(await page.locator("skillpress-preview img").count(), 0);
  assert.equal(await page.locator("h1").first().textContent(), heading);
  const background = await panel().evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.notEqual(background, "rgba(0, 0, 0, 0)", "the style of the overlay is allowed by the site's policy");
  await page.keyboard.press("Escape");
  await page.locator("skillpress-preview details:not([open])").waitFor();
  writeFileSync(file("badges/official.toml"), good);
  await page.locator("skillpress-preview").waitFor({ state: "detached" });
  assert.deepEqual(refusals, []);
});

test("a page that was in the background catches up when it is shown again", async () => {
  const skill = await openSkill();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
  edit(skill, (text) => `${text}\nWritten while nobody looked.\n`);
  await page.waitForTimeout(300);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow")));
  await page.getByText("Written while nobody looked.").waitFor({ state: "attached" });
});
