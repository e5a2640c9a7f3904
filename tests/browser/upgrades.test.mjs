// Pages that stay open while the site behind them is replaced: by a build of another version, and back. The sites of each
// release are in tests/data/releases; tests/testsuite/upgrades.rs packs them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";

import { launch } from "./chromium.mjs";
import { filesBelow, root, serveFolder, skillpress } from "./site.mjs";

/** As in `tests/testsuite/upgrades.rs`. */
const SEARCHES = [
  ["merge pdf files", "ana/pdf-tools"],
  ["releas", "ana/release-notes"],
  ["crontabb", "bo/cron-explainer"],
  ["Besprechung", "bo/meeting-minutes"],
];
/** Each release has its own words. */
const RELOAD = /reload (it|the page)/i;
const archives = path.join(root, "tests/data/releases");
const releases = readdirSync(archives).filter((name) => name.endsWith(".tar.br")).sort();

let temp, server, browser, page, complaints, hook;
before(async () => {
  temp = mkdtempSync(path.join(tmpdir(), "skillpress-upgrades-"));
  for (const release of releases) prepare(path.join(temp, release), path.join(archives, release));
  publish(path.join(temp, releases[0], "frozen/words"));
  server = await serveFolder(path.join(temp, "published"), { hook: (...request) => hook?.(...request) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(temp, { recursive: true, force: true });
});
beforeEach(async () => {
  hook = undefined;
  page = await (await browser.newContext()).newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
});
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(complaints, [], "nothing is thrown");
});

/** Unpacks a release into `folder`, and builds its content anew there with one skill more, as `today`. */
function prepare(folder, archive) {
  mkdirSync(folder);
  execFileSync("tar", ["-x", "-C", folder], { input: brotliDecompressSync(readFileSync(archive)) });
  const zips = path.join(folder, "content/skills/bo/zip-packer");
  mkdirSync(zips);
  writeFileSync(path.join(zips, "SKILL.md"), "---\nname: zip-packer\ndescription: Packs folders into zip archives.\n---\n");
  execFileSync(skillpress, ["build", "--quiet", "--config", "words.toml", "--out", "today"], { cwd: folder, stdio: ["ignore", "inherit", "ignore"] });
  rename(path.join(folder, "today"));
}

/** Gives the scripts, styles and modules of `site` other names, as a build of other ones would. */
function rename(site) {
  const other = (text) => text.replace(/-([0-9a-f]{10})(?=\.(js|css|wasm)\b)/g, (_, hash) => `-${[...hash].reverse().join("")}`);
  for (const ending of [".html", ".js"]) {
    for (const file of filesBelow(site, ending)) {
      const text = readFileSync(path.join(site, file), "utf8");
      writeFileSync(path.join(site, file), other(text));
    }
  }
  for (const file of [".js", ".css", ".wasm"].flatMap((ending) => filesBelow(site, ending))) {
    renameSync(path.join(site, file), path.join(site, other(file)));
  }
}

/** Swaps `site` in for what is published, all at once. */
function publish(site) {
  const link = path.join(temp, "next");
  symlinkSync(site, link);
  renameSync(link, path.join(temp, "published"));
}

const manifest = (site) => JSON.parse(readFileSync(path.join(site, "search/manifest.json"), "utf8"));

/** The format and the analyzer of a site's index. An engine reads one of each. */
const numbers = (site) => [...manifest(site).index.slice(0, 2)].map((character) => character.charCodeAt() % 256).join();

/** A copy of `site` with an index of a format that nobody knows yet. */
function withNextFormat(site) {
  const copy = `${site}-next-format`;
  if (existsSync(copy)) return copy;
  cpSync(site, copy, { recursive: true });
  const { format, index } = manifest(site);
  writeFileSync(path.join(copy, "search/manifest.json"), JSON.stringify({ format: format + 1, index: String.fromCharCode(256 + format + 1) + index.slice(1) }));
  for (const name of filesBelow(copy, ".bin").filter((name) => name.startsWith("search/files/"))) rmSync(path.join(copy, name));
  return copy;
}

const box = () => page.locator("form.site-search input[name=q]");
const listed = (id) => page.locator(`#search-list [role=option]:first-child[href$='/${id.replace("/", "/skills/")}/']`);

/** What the list below a form says. */
const note = (text) => page.locator(".search-note").getByText(text);

/** Opens a page of `site` and searches there, so that engine and index are loaded. */
async function openAndSearch(site) {
  publish(site);
  await page.goto(`${server.url}skills/`);
  await searched();
}

async function searched() {
  await box().fill("merge pdf files");
  await listed("ana/pdf-tools").waitFor();
  await page.locator(".search-panel[aria-busy=false]").waitFor({ state: "attached" });
}

for (const release of releases) {
  const frozen = () => path.join(temp, release, "frozen/words");
  const today = () => path.join(temp, release, "today");

  test(`an open page of ${release} finds what is published by this version, and the other way round`, async () => {
    const isRead = numbers(frozen()) === numbers(today());
    for (const [old, next] of [[frozen(), today()], [today(), frozen()]]) {
      await openAndSearch(old);
      publish(next);
      // What reads unknown words is a module that the page has not loaded, and its name is gone.
      for (const query of ["crontabb", "Besprechung"]) {
        await box().fill("releas");
        // What it needs for this, it may have read before.
        await (isRead ? listed("ana/release-notes") : listed("ana/release-notes").or(note(RELOAD)).first()).waitFor();
        if (isRead) await note(RELOAD).waitFor({ state: "hidden" });
        await box().fill(query);
        await note(RELOAD).waitFor();
      }
      await page.reload();
      for (const [query, expected] of SEARCHES) {
        await box().fill(query);
        await listed(expected).waitFor();
      }
    }
  });

  test(`an open page of ${release} finds a skill that came with the deploy`, async () => {
    await openAndSearch(frozen());
    publish(today());
    await box().fill("zip-packer");
    await (numbers(frozen()) === numbers(today()) ? listed("bo/zip-packer") : note(RELOAD)).waitFor();
  });

  test(`an open page of ${release} says to reload when the new index is of a format that it does not know`, async () => {
    for (const folder of ["skills/", "search/?q=merge+pdf+files"]) {
      publish(frozen());
      await page.goto(server.url + folder);
      if (folder === "skills/") await searched();
      else await page.locator(".search-results > li[data-id='ana/pdf-tools']").waitFor();
      publish(withNextFormat(today()));
      await box().fill("release notes");
      const said = folder === "skills/" ? page.locator(".search-note") : page.locator(".empty");
      await said.filter({ hasText: RELOAD }).waitFor();
      publish(today());
      await box().fill("zip-packer");
      await said.getByRole("button", { name: "Reload" }).click();
      await page.waitForLoadState();
      await box().fill("zip-packer");
      await page.locator("a[href$='/bo/skills/zip-packer/']").first().waitFor();
    }
  });

  test(`a page of ${release} whose scripts of the search are gone says to reload, and its form leads to the new search`, async () => {
    publish(frozen());
    await page.goto(`${server.url}skills/`);
    publish(today());
    await box().fill("zip-packer");
    await note(RELOAD).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".search-results > li[data-id='bo/zip-packer']").waitFor();
  });

  test(`a page of ${release} whose module for meanings is gone shows what words find, and says to reload`, async () => {
    publish(frozen());
    hook = (_, url) => (/\/semantic-[0-9a-f]+\.wasm$/.test(url.pathname) ? 404 : undefined);
    await page.goto(`${server.url}skills/`);
    await searched();
    await note(RELOAD).waitFor();
    await page.goto(`${server.url}search/?q=merge+pdf+files`);
    await page.locator(".search-results > li[data-id='ana/pdf-tools']").waitFor();
    await page.locator(".notice", { hasText: RELOAD }).waitFor();
  });

  test(`a page of ${release} whose engine is gone says to reload`, async () => {
    publish(frozen());
    hook = (_, url) => (/\/search-[0-9a-f]+\.wasm$/.test(url.pathname) ? 404 : undefined);
    await page.goto(`${server.url}skills/`);
    await box().fill("pdf");
    await note(RELOAD).waitFor();
    hook = undefined;
    await page.getByRole("button", { name: "Reload" }).click();
    await page.waitForLoadState();
    await searched();
  });
}
