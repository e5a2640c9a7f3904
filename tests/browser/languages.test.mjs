// Queries in other languages, and misspelled ones: what the page says it searched for, and what that costs.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";

import { launch } from "./chromium.mjs";
import { buildSite, serveFolder, skillpress } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site, server, browser, page;
before(async () => {
  site = buildSite("https://skills.example/x/");
  server = await serveFolder(site, { prefix: "/x/", headers: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1100, height: 800 }, bypassCSP: true });
});
afterEach(() => page.close());

const rows = () => page.locator(".search-results > li");
const ids = () => rows().evaluateAll((rows) => rows.map((row) => row.dataset.id));
const head = () => page.locator(".search-head").innerText();
const translation = () => page.locator(".search-head .search-translated");
const status = () => page.locator("form.site-search [role=status]").first().innerText();
const settled = () => page.locator(".search-body[aria-busy=false]").waitFor({ state: "attached" });

/** Opens the search page and waits for what it finds. */
async function openSearch(query, url = server.url) {
  await page.goto(`${url}search/?${new URLSearchParams({ q: query })}`);
  await page.locator(".search-results > li, .empty").first().waitFor();
  await settled();
}

/** The accessibility issues of the page. */
async function violations() {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id }) => id);
}

/** The paths below `search/files/` that were asked for since the log had `from` entries. */
const asked = (from) => server.log.slice(from).map(({ path }) => path.split("/search/files/")[1] ?? "");
const isOfUnknownWords = (path) => /^(glossary|references|unknown)-/.test(path);

test("what was searched for in English is said, and the original can be searched alone and back", async () => {
  await openSearch("traducir documentos");
  assert.equal((await ids())[0], "kenji/translation-glossary");
  assert.match(await head(), /^\d+ skills?\n/);
  assert.equal(await translation().innerText(), "Also searched: translate documents. Search only for “traducir documentos”");
  assert.equal(await translation().locator("strong").getAttribute("lang"), "en");
  assert.match(await status(), /^\d+ skills? for traducir documentos(; \d+ more (is|are) near)?; also searched: translate documents$/);
  assert.deepEqual(await violations(), []);
  const inEnglish = await ids();

  await page.getByRole("button", { name: "Search only for “traducir documentos”" }).click();
  await translation().filter({ hasText: /^Searched only for/ }).waitFor();
  await settled();
  assert.equal(await translation().innerText(), "Searched only for “traducir documentos”. Search in English, too");
  assert.doesNotMatch(await status(), /also searched/);
  assert.notEqual((await ids())[0], "kenji/translation-glossary");
  assert.deepEqual(await violations(), []);

  await page.getByRole("button", { name: "Search in English, too" }).click();
  await translation().filter({ hasText: /^Also searched/ }).waitFor();
  await settled();
  assert.deepEqual(await ids(), inEnglish);
});

test("another query is searched in English again, whatever was asked of the one before", async () => {
  await openSearch("traducir documentos");
  await page.getByRole("button", { name: /^Search only for/ }).click();
  await translation().filter({ hasText: /^Searched only for/ }).waitFor();
  await page.locator("form.site-search input[name=q]").fill("Dateien zusammenfügen");
  await page.locator("[role=status]", { hasText: /also searched: files merging$/ }).waitFor();
  assert.equal((await ids())[0], "ana/pdf-tools");
});

test("a translation that finds nothing that fits is said with what is near", async () => {
  await openSearch("Waschmaschine reparieren");
  assert.match(await head(), /^Nothing fits\n/);
  assert.match(await translation().innerText(), /^Also searched: repair\. Search only for/);
  assert.match(await status(), /^Nothing fits Waschmaschine reparieren; \d more (is|are) near; also searched: repair$/);
  assert.equal(await page.locator(".search-near-head h2").innerText(), "These are near");
  assert.ok((await ids()).length > 0);
  assert.deepEqual(await violations(), []);
});

test("a misspelled query says what it was taken for, and nothing of languages", async () => {
  await openSearch("comit mesages");
  assert.equal((await ids())[0], "brook/commit-messages");
  assert.match(await head(), /^\d+ skills? for commit messages\n+No skill holds all of “comit mesages”, so unknown words were taken for misspelled\./);
  assert.equal(await translation().count(), 0);
  assert.match(await status(), /^\d+ skills? for commit messages(; \d+ more (is|are) near)?$/);
  await page.getByRole("button", { name: "commit messages", exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === "commit messages");
});

test("the list of a page says what was searched for", async () => {
  await page.goto(server.url);
  const box = page.locator("form.site-search input[name=q]");
  const note = page.locator(".search-note");
  const said = async (query) => {
    await box.fill(query);
    await page.locator("form.site-search [role=status]", { hasText: query.slice(0, 3) }).waitFor();
    return note.innerText();
  };
  assert.equal(await said("traducir documentos"), "Also searched: translate documents");
  assert.equal(await said("Waschmaschine reparieren"), "Also searched: repair. Nothing fits. These are near:");
  await box.fill("comit mesages");
  await note.filter({ hasText: "Searched for commit messages" }).waitFor();
  assert.equal(await note.innerText(), "Searched for commit messages");
});

for (const [script, query, translated] of [
  ["Chinese", "翻译 文档", /translat/],
  ["Japanese", "文書を翻訳する", /translat/],
  ["Korean", "문서 번역", /translat/],
  ["Russian", "перевод документов", /translat/],
]) {
  test(`a query in ${script} says what it was searched for as`, async () => {
    await openSearch(query);
    assert.match(await translation().innerText(), translated);
    assert.ok((await ids()).slice(0, 3).includes("kenji/translation-glossary"), String(await ids()));
  });
}

test("a query of known words loads nothing of unknown ones", async () => {
  const from = server.log.length;
  await openSearch("merge pdf files");
  assert.equal((await ids())[0], "ana/pdf-tools");
  assert.deepEqual(asked(from).filter(isOfUnknownWords), []);
});

test("an unknown Latin word reads one block of the glossary at most, and one for each word beside it", async () => {
  const from = server.log.length;
  for (const [query, most] of [["comit", 1], ["xqzvwkjy", 1], ["mesages pdf", 2]]) {
    const from = server.log.length;
    await openSearch(query);
    const blocks = server.log.slice(from).filter(({ path }) => path.includes("/search/files/glossary-"));
    assert.ok(blocks.length <= most && blocks.every(({ bytes }) => bytes <= 1024), `${query}: ${JSON.stringify(blocks)}`);
  }
  assert.equal(asked(from).filter((path) => path.startsWith("unknown-")).length, 1, "the browser keeps it");
});

test("a host without ranges translates as well", async () => {
  const plain = await serveFolder(site, { prefix: "/x/", headers: true, ranges: false });
  try {
    for (const query of ["traducir documentos", "翻译 文档", "comit mesages"]) {
      await openSearch(query);
      const expected = [await head(), await ids()];
      await openSearch(query, plain.url);
      assert.deepEqual([await head(), await ids()], expected, query);
    }
    assert.deepEqual(plain.log.filter(({ range }) => range).map(({ path }) => path).filter((path) => !/probe/.test(path)), []);
  } finally {
    await plain.close();
  }
});

test("where the module for unknown words cannot be had, known ones are found", async () => {
  const hook = (_, url) => (/unknown-[0-9a-f]+\.wasm$/.test(url.pathname) ? 503 : undefined);
  const poor = await serveFolder(site, { prefix: "/x/", headers: true, hook });
  try {
    await page.goto(poor.url);
    const found = await page.evaluate(async (url) => {
      const search = (await import(url)).createSearch();
      const of = async (query) => {
        const { hits, complete, corrected, translated } = await search.search(query);
        return { first: hits[0]?.id, complete, corrected, translated };
      };
      return [await of("merge pdf files"), await of("pdf zusammenfügen")];
    }, `${poor.url}search/search.js`);
    assert.deepEqual(found, [
      { first: "ana/pdf-tools", complete: true, corrected: null, translated: null },
      { first: "ana/pdf-tools", complete: false, corrected: null, translated: null },
    ]);
  } finally {
    await poor.close();
  }
});

test("browser and command translate alike, step by step", async () => {
  const queries = ["traducir documentos", "Wettervorhersage", "翻译 文档", "会议记录", "문서 번역", "comit Nachrichten", "die hard"];
  await page.goto(server.url);
  const inBrowser = await page.evaluate(async ([url, queries]) => {
    const all = [];
    for (const query of queries) {
      const { hits, translated, corrected, complete } = await (await import(url)).createSearch().search(query);
      all.push({ results: hits.map(({ id, score }) => [id, score]), translated, corrected, complete });
    }
    return all;
  }, [`${server.url}search/search.js`, queries]);
  for (const [queryIdx, query] of queries.entries()) {
    const { stdout } = await promisify(execFile)(skillpress, ["search", query, "--json", "--site", site]);
    const { results, translated, corrected, complete } = JSON.parse(stdout);
    const told = { results: results.map(({ id, score }) => [id, score]), translated, corrected, complete };
    assert.deepEqual(inBrowser[queryIdx], told, query);
  }
});
