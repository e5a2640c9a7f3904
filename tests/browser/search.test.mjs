// Search as people meet it: on every page, on the search page, and from another site.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";

import { launch } from "./chromium.mjs";
import { buildSite, root, serveFolder, skillpress } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site, server, browser, page, complaints, hook;
before(async () => {
  site = buildSite("https://skills.example/x/");
  server = await serveFolder(site, { prefix: "/x/", headers: true, hook: (...request) => hook?.(...request) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  hook = undefined;
  page = await newPage();
});
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(complaints, [], "nothing is refused by the policy of the page, nothing is thrown");
});

async function newPage(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  return page;
}

const box = () => page.locator("form.site-search input[name=q]");
const options = () => page.locator("#search-list [role=option]");
const rows = () => page.locator(".search-results > li");
const ids = () => rows().evaluateAll((rows) => rows.map((row) => row.dataset.id));
const isIndexFile = (url) => /\/search\/files\/.*\.bin$/.test(url.pathname);
const gate = () => {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
};

/** Opens the search page and waits for its results. */
async function openSearch(query, inside = page) {
  await inside.goto(`${server.url}search/?${new URLSearchParams({ q: query })}`);
  if (query) await inside.locator(".search-results > li, .empty").first().waitFor();
  await settled(inside);
}

const settled = (inside = page) => inside.locator(".search-body[aria-busy=false]").waitFor({ state: "attached" });

/** The results of a search page that a fresh browser opens. */
async function idsAt(url) {
  const other = await newPage();
  await other.goto(url);
  await other.locator(".search-results > li").first().waitFor();
  await settled(other);
  const ids = await other.locator(".search-results > li").evaluateAll((rows) => rows.map((row) => row.dataset.id));
  await other.context().close();
  return ids;
}

test("typing on any page lists skills, and a visit that searches nothing loads no search", async () => {
  const from = server.log.length;
  await page.goto(`${server.url}skills/`, { waitUntil: "networkidle" });
  const paths = () => server.log.slice(from).map((entry) => entry.path);
  assert.ok(!paths().some((path) => /search/.test(path)), paths().join(" "));
  await page.keyboard.press("/");
  await page.keyboard.type("pdf", { delay: 20 });
  await page.locator("#search-list [role=option]:first-child[href$='/x/ana/skills/pdf-tools/']").waitFor();
  assert.deepEqual(await options().first().locator("mark").allTextContents().then((texts) => new Set(texts)), new Set(["PDF"]));
  assert.equal(await box().getAttribute("aria-expanded"), "true");
  await page.locator("form.site-search [role=status]", { hasText: /skills? for pdf/ }).waitFor();
  assert.equal(new Set(paths()).size, paths().filter((path) => !path.endsWith(".bin")).length + new Set(paths().filter((path) => path.endsWith(".bin"))).size, "no file is fetched twice");
});

test("the list is worked with the keyboard alone", async () => {
  await page.goto(server.url);
  await page.keyboard.press("Control+k");
  assert.ok(await box().evaluate((input) => input === document.activeElement));
  await page.keyboard.type("commit messages");
  await options().nth(1).waitFor();
  await page.locator("#search-list").and(page.locator(":not(.search-busy *)")).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const chosen = page.locator("#search-list [aria-selected=true]");
  assert.equal(await box().getAttribute("aria-activedescendant"), await chosen.getAttribute("id"));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen.count(), 0, "above the first is the input");
  await page.keyboard.press("Escape");
  assert.equal(await box().getAttribute("aria-expanded"), "false");
  assert.equal(await box().inputValue(), "commit messages");
  await page.keyboard.press("ArrowDown");
  const href = await chosen.getAttribute("href");
  await page.keyboard.press("Enter");
  await page.waitForURL(href);
});

test("Enter without a choice leads to the search page, and its last option too", async () => {
  await page.goto(server.url);
  await box().fill("review");
  await options().last().waitFor();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/x\/search\/\?q=review$/);
  await page.goto(server.url);
  await box().fill("review");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/x\/search\/\?q=review$/);
  await rows().first().waitFor();
});

test("answers that come late are dropped, and their requests cancelled", async () => {
  await openSearch("");
  const { open, opened } = gate();
  let held = 0;
  hook = (_, url) => (isIndexFile(url) && held++ === 0 ? opened.then(() => undefined) : undefined);
  const cancelled = page.waitForEvent("requestfailed", (request) => isIndexFile(new URL(request.url())));
  await box().fill("pdf");
  while (!held) await page.waitForTimeout(20);
  await box().fill("commit messages");
  await cancelled;
  await rows().first().waitFor();
  open();
  await settled();
  await page.waitForTimeout(200);
  assert.equal((await ids())[0], "brook/commit-messages");
});

test("of a fast typist's queries the last one wins, however late the others are answered", async () => {
  await openSearch("");
  const gates = [];
  hook = async (_, url) => {
    if (isIndexFile(url)) await gates[gates.push(gate()) - 1].opened;
  };
  for (const query of ["pdf", "pdf review", "review", "calendar", "commit messages"]) {
    await box().fill(query);
    await page.waitForTimeout(180);
  }
  assert.ok(gates.length > 1);
  hook = undefined;
  // Those of the last query are answered first.
  for (const { open } of gates.reverse()) {
    open();
    await page.waitForTimeout(20);
  }
  await page.locator("[role=status]", { hasText: /for commit messages/ }).waitFor();
  await page.waitForTimeout(300);
  assert.equal((await ids())[0], "brook/commit-messages");
  assert.match(await page.locator("[role=status]").first().innerText(), /for commit messages/);
});

test("a page searches in a worker, and by itself where its policy forbids workers", async () => {
  await openSearch("git history");
  assert.equal(page.workers().length, 1);
  const expected = await ids();
  const strict = await newPage();
  // Both policies hold, that of the page and this one.
  await strict.route("**/search/?*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": "worker-src 'none'" } });
  });
  await openSearch("git history", strict);
  assert.equal(strict.workers().length, 0);
  assert.deepEqual(await strict.locator(".search-results > li").evaluateAll((rows) => rows.map((row) => row.dataset.id)), expected);
  assert.ok(complaints.length > 0 && complaints.every((complaint) => /worker-src/.test(complaint)), complaints.join(" "));
  complaints = [];
  await strict.context().close();
});

test("a search in a worker fails, ends and updates as one in the page", async () => {
  await openSearch("");
  const module = readFileSync(path.join(site, "search/index.html"), "utf8").match(/assets\/search-worker-[0-9a-f]{10}\.js/)[0];
  hook = (_, url) => (url.pathname.endsWith("manifest.json") ? 404 : undefined);
  const failed = await page.evaluate(async (module) => {
    const { createBackgroundSearch } = await import(module);
    globalThis.search = createBackgroundSearch();
    const error = await globalThis.search.search("pdf").catch((error) => error);
    return { kind: error.constructor.name, code: error.code, isTold: /no search index/.test(error.message) };
  }, server.url + module);
  assert.deepEqual(failed, { kind: "SearchError", code: "gone", isTold: true });
  hook = undefined;
  const { open, opened } = gate();
  const ended = page.evaluate(async () => {
    const reason = new Error("enough");
    const running = new AbortController();
    const updates = [];
    const options = { signal: running.signal, onUpdate: (results) => updates.push(results) };
    const searching = globalThis.search.search("git history", options).then(() => "found", (error) => error === reason);
    setTimeout(() => running.abort(reason), 300);
    const isEnded = await searching;
    const before = await globalThis.search.search("pdf", { signal: AbortSignal.abort(reason) }).catch((error) => error === reason);
    return { isEnded, before, updates: updates.length };
  });
  hook = (_, url) => (isIndexFile(url) ? opened.then(() => undefined) : undefined);
  assert.deepEqual(await ended, { isEnded: true, before: true, updates: 0 });
  open();
  const [inWorker, inPage] = await page.evaluate(async (script) => {
    const found = async (search) => {
      const updates = [];
      const results = await search.search("git history", { limit: 3, filters: ["owner:ana"], onUpdate: ({ query }) => updates.push(query) });
      return { ...results, stats: undefined, updates, info: await search.info() };
    };
    const { createSearch } = await import(script);
    await globalThis.search.prefetch();
    const search = createSearch();
    await search.prefetch();
    return [await found(globalThis.search), await found(search)];
  }, `${server.url}search/search.js`);
  assert.ok(inPage.hits.length > 0);
  assert.deepEqual(inWorker, inPage);
});

test("the search page shows counts, badges and matches for its address", async () => {
  await openSearch("comit mesages");
  assert.match(await page.locator(".search-head").innerText(), /^\d+ skills? for commit messages/);
  const first = rows().first();
  assert.equal((await ids())[0], "brook/commit-messages");
  assert.deepEqual(await first.locator("h2 mark").allTextContents(), ["commit", "messages"]);
  await page.locator(".search-head button", { hasText: "commit messages" }).click();
  await page.waitForURL(/q=commit\+messages$/);
  await openSearch("triage logs");
  assert.ok(await rows().first().locator(".badge", { hasText: "Official" }).count());
});

test("filters are chips that write themselves into the address", async () => {
  await openSearch("review");
  await page.locator(".search-chip", { hasText: "Official" }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === "review badge:official");
  await page.locator(".search-chip[aria-pressed=true]", { hasText: "badge:official" }).waitFor();
  await settled();
  const n = await rows().count();
  assert.ok(n > 0);
  assert.equal(await rows().locator(".badge", { hasText: "Official" }).count(), n);
  await page.locator(".search-chip[aria-pressed=true]").click();
  await page.waitForURL((url) => url.searchParams.get("q") === "review");
  await settled();
  const tag = page.locator(".search-chip", { hasText: /^tag:/ }).first();
  const name = await tag.textContent();
  await tag.click();
  await page.waitForURL((url) => url.searchParams.get("q") === `review ${name}`);
  await openSearch("pdf badge:nothing");
  assert.match(await page.locator(".empty").innerText(), /No skill matches/);
  await page.getByRole("button", { name: "without filters" }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === "pdf");
  await rows().first().waitFor();
});

test("back and forward lead through the queries that were asked for", async () => {
  await openSearch("");
  for (const query of ["pdf", "calendar"]) {
    await box().fill("");
    await box().pressSequentially(query, { delay: 15 });
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("q") === query);
    await rows().first().waitFor();
    await settled();
  }
  const calendar = await ids();
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("input[name=q]").value === "pdf");
  await page.locator(".search-results > li[data-id='ana/pdf-tools']:first-child").waitFor();
  await page.goForward();
  await page.waitForFunction((first) => document.querySelector(".search-results > li")?.dataset.id === first, calendar[0]);
  assert.equal(await box().inputValue(), "calendar");
  // And from a skill back to the results.
  await rows().first().locator("h2 a").click();
  await page.waitForURL(/\/skills\//);
  await page.goBack();
  await page.waitForFunction((last) => [...document.querySelectorAll(".search-results > li")].at(-1)?.dataset.id === last, calendar.at(-1));
  assert.deepEqual(await ids(), calendar);
});

test("what does not fit stands apart, is said to be near, and words to drop are offered", async () => {
  await openSearch("table harpsichord");
  assert.match(await page.locator(".search-head").innerText(), /^Nothing fits/);
  assert.match(await page.locator("[role=status]").first().innerText(), /^Nothing fits table harpsichord; \d more (is|are) near$/);
  assert.equal(await page.locator(".search-near-head h2").innerText(), "These are near");
  const near = await ids();
  assert.ok(near.length > 0 && near.length <= 5, String(near));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(violations.map(({ id }) => id), []);
  await page.locator(".search-drop button", { hasText: "harpsichord" }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === "table");
  await settled();
  assert.match(await page.locator(".search-head").innerText(), /^\d+ skills?/);
});

test("the list of a page marks what is only near", async () => {
  await page.goto(`${server.url}`);
  await box().fill("table harpsichord");
  await page.locator("#search-list [role=option]").first().waitFor();
  await page.waitForFunction(() => document.querySelector(".search-panel")?.getAttribute("aria-busy") === "false");
  assert.match(await page.locator(".search-note").innerText(), /^Nothing fits\. These are near:$/);
  assert.equal(await page.locator("#search-list [role=option] .badge", { hasText: "near" }).count(),
    (await page.locator("#search-list [role=option] .search-name").count()));
});

test("results are walked with the arrow keys", async () => {
  await openSearch("review");
  await box().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const focused = () => page.evaluate(() => document.activeElement.closest("li")?.dataset.id ?? document.activeElement.name);
  assert.equal(await focused(), (await ids())[1]);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(), "q");
});

test("results that are about to be clicked do not move", async () => {
  await openSearch("");
  const module = readFileSync(path.join(site, "search/index.html"), "utf8").match(/assets\/search-[0-9a-f]{10}\.js/)[0];
  // What is at hand shows at once, and the rest is read: so some query's first results are in another order.
  const queries = ["release notes", "sql", "code", "write a plan", "review", "explain", "commits", "images"];
  const found = await page.evaluate(async ([module, queries]) => {
    const search = (await import(module)).createSearch();
    await search.prefetch();
    const order = (results) => results?.hits.map(({ id }) => id);
    for (const [queryIdx, query] of queries.entries()) {
      let first, nRequests;
      const onUpdate = (results) => ((first = order(results)), (nRequests = results.stats.requests));
      const last = order(await search.search(query, { limit: 20, onUpdate }));
      if (first?.some((id, idx) => id !== last[idx])) return { queryIdx, first, nRequests, last };
    }
  }, [server.url + module, queries]);
  assert.ok(found, "some query has first results in another order");
  await page.reload({ waitUntil: "networkidle" });
  for (const query of queries.slice(0, found.queryIdx)) {
    await box().fill(query);
    await page.locator("[role=status]", { hasText: new RegExp(`for ${query}$`) }).waitFor();
  }
  const { open, opened } = gate();
  let nRequests = 0;
  hook = async (_, url) => {
    if (isIndexFile(url) && nRequests++ >= found.nRequests) await opened;
  };
  await box().fill(queries[found.queryIdx]);
  await page.waitForFunction((first) => String([...document.querySelectorAll(".search-results > li")].map((row) => row.dataset.id)) === first, String(found.first));
  await rows().first().hover();
  open();
  await page.locator(".search-update").waitFor();
  assert.deepEqual(await ids(), found.first);
  await page.locator(".search-update").click();
  await page.waitForFunction((last) => String([...document.querySelectorAll(".search-results > li")].map((row) => row.dataset.id)) === last, String(found.last));
  assert.ok(await page.locator(".search-update").isHidden());
});

test("a search that loses the network says so and goes on by itself", async () => {
  await openSearch("pdf");
  await page.context().setOffline(true);
  await box().fill("dockerfile");
  await page.locator(".empty", { hasText: "offline" }).waitFor();
  await page.context().setOffline(false);
  await page.locator(".search-results > li[data-id='devi/dockerfile-review']").waitFor();
});

test("an index that cannot be read is said, with a way out", async () => {
  hook = (_, url) => (url.pathname.endsWith("manifest.json") ? 500 : undefined);
  await openSearch("pdf");
  assert.match(await page.locator(".empty").innerText(), /cannot be read/);
  assert.ok(await page.locator(".empty a", { hasText: "Browse all skills" }).count());
  hook = undefined;
  await page.getByRole("button", { name: "Try again" }).click();
  await rows().first().waitFor();
  await page.goto(`${server.url}skills/`);
  hook = (_, url) => (url.pathname.endsWith("manifest.json") ? 404 : undefined);
  await box().fill("pdf");
  await page.locator(".search-note", { hasText: "no search index" }).waitFor();
  hook = undefined;
  await page.locator(".search-note button").click();
  await options().first().waitFor();
});

test("a page that was opened before a deploy finds the new index", async () => {
  await openSearch("pdf");
  let isGone = true;
  const from = server.log.length;
  hook = (_, url) => {
    if (url.pathname.endsWith("manifest.json")) isGone = false;
    return isGone && isIndexFile(url) ? 404 : undefined;
  };
  await box().fill("calendar");
  await page.locator(".search-results > li:first-child[data-id='wren/calendar-planner']").waitFor();
  await page.locator(".search-body[aria-busy=false]").waitFor();
  assert.equal(server.log.slice(from).filter((entry) => entry.path.endsWith("manifest.json")).length, 1);
});

test("a host without ranges gives the same results", async () => {
  await openSearch("git history");
  const expected = await ids();
  const plain = await serveFolder(site, { prefix: "/x/", headers: true, ranges: false });
  try {
    assert.deepEqual(await idsAt(`${plain.url}search/?q=git+history`), expected);
    const ranges = plain.log.filter((entry) => entry.range);
    assert.deepEqual(ranges.map((entry) => entry.path), ["/x/search/probe.bin"], "only the probe is asked for by range");
  } finally {
    await plain.close();
  }
});

test("a host that counts ranges in compressed bytes is read like one without ranges", async () => {
  await openSearch("git history");
  const expected = await ids();
  const hook = (request, url) => (request.headers.range && !url.pathname.endsWith("probe.bin") ? 416 : undefined);
  const odd = await serveFolder(site, { prefix: "/x/", headers: true, hook });
  try {
    assert.deepEqual(await idsAt(`${odd.url}search/?q=git+history`), expected);
  } finally {
    await odd.close();
  }
});

test("searches that overlap find what they find alone", async () => {
  const other = await newPage();
  await other.goto(server.url);
  const [alone, together] = await other.evaluate(async (url) => {
    const { createSearch } = await import(url);
    const queries = ["git history", "merge pdf", "write tests", "explain a slow query", "translate", "comit mesages", "review code",
      "traducir documentos", "翻译 文档", "releaze nots"];
    const shown = ({ hits, complete }) => ({ complete, hits: hits.map(({ id, score }) => `${id} ${score}`) });
    // Answers that are there at once let searches change places at every await.
    const fetched = globalThis.fetch;
    const kept = new Map();
    globalThis.fetch = async (url, init = {}) => {
      if (!init.headers?.Range) return fetched(url, init);
      const key = `${url} ${init.headers.Range}`;
      if (!kept.has(key)) {
        const response = await fetched(url, init);
        kept.set(key, { status: response.status, headers: response.headers, bytes: await response.arrayBuffer() });
      }
      const { status, headers, bytes } = kept.get(key);
      return { status, headers, ok: status < 300, arrayBuffer: async () => bytes };
    };
    const alone = [];
    for (const query of queries) alone.push(shown(await createSearch().search(query)));
    const search = createSearch();
    return [alone, (await Promise.all(queries.map((query) => search.search(query)))).map(shown)];
  }, `${server.url}search/search.js`);
  assert.ok(alone.every(({ hits, complete }) => hits.length > 0 && complete));
  assert.deepEqual(together, alone);
  await other.context().close();
});

test("where the module that reads vectors cannot be had, words are found", async () => {
  const hook = (request, url) => (/semantic-[0-9a-f]+\.wasm$/.test(url.pathname) ? 503 : undefined);
  const poor = await serveFolder(site, { prefix: "/x/", headers: true, hook });
  try {
    const other = await newPage();
    await other.goto(poor.url);
    const found = await other.evaluate(async (url) => {
      const { createSearch } = await import(url);
      const search = createSearch();
      const both = await search.search("git history");
      const words = await search.search("git history", { mode: "lexical" });
      const ids = ({ hits }) => hits.map(({ id }) => id);
      return { both: ids(both), words: ids(words), complete: [both.complete, words.complete] };
    }, `${poor.url}search/search.js`);
    assert.ok(found.words.length > 0);
    assert.deepEqual(found.both, found.words);
    assert.deepEqual(found.complete, [false, true]);
    await other.context().close();
  } finally {
    await poor.close();
  }
});

test("without script the page says what to do, and forms lead to it", async () => {
  const plain = await newPage({ javaScriptEnabled: false });
  await plain.goto(server.url);
  await plain.locator("form.site-search input").fill("pdf");
  await plain.keyboard.press("Enter");
  await plain.waitForURL(/\/x\/search\/\?q=pdf$/);
  assert.match(await plain.locator("main").innerText(), /Searching needs JavaScript/);
  await plain.context().close();
});

test("another site searches with the lines of the README", async () => {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [, snippet] = /## Search from another site[^]*?```html\n([^]*?)```/.exec(readme);
  assert.ok(snippet.trim().split("\n").length <= 5);
  const folder = mkdtempSync(path.join(tmpdir(), "skillpress-other-"));
  for (const name of ["index.html", "404.html"]) {
    writeFileSync(path.join(folder, name), `<!doctype html><title>Other</title>${snippet.replace("https://skills.example/", server.url)}`);
  }
  const other = await serveFolder(folder);
  try {
    assert.notEqual(other.origin, server.origin);
    await page.goto(other.url);
    const link = page.locator("a").first();
    await link.waitFor();
    assert.equal(await link.textContent(), "PDF Tools");
    await link.click();
    await page.waitForURL(`${server.url}ana/skills/pdf-tools/`);
  } finally {
    await other.close();
  }
});

test("browser, command and command over the network give the same, bit for bit", async () => {
  const shared = path.join(root, "../shared/eval/dev.jsonl");
  const judged = existsSync(shared) ? readFileSync(shared, "utf8").trim().split("\n").map((line) => JSON.parse(line).query) : [];
  const queries = ["releaze", "merge pdf files", "pdf", "comit mesages", "calend", "ana/pdf-tools", "review badge:official", "tag:writing", "周报", "деловые письма", "the", "",
    "traducir documentos", "翻译 文档", "Wettervorhersage", ...judged];
  await openSearch("");
  const inBrowser = await page.evaluate(async ([url, queries]) => {
    const search = (await import(url)).createSearch();
    // What is still being loaded would show in the round trips of the first search.
    await search.prefetch();
    const all = [];
    for (const query of queries) {
      const { hits, stats } = await search.search(query);
      all.push({ results: hits.map(({ id, score }) => [id, score]), stats });
    }
    return all;
  }, [`${server.url}search/search.js`, queries]);
  const file = path.join(mkdtempSync(path.join(tmpdir(), "skillpress-queries-")), "queries.jsonl");
  writeFileSync(file, queries.map((query, id) => JSON.stringify({ id, query })).join("\n"));
  for (const place of [site, server.url]) {
    const answers = await command("--queries", file, "--stats", "--site", place);
    answers.trim().split("\n").map((line) => JSON.parse(line)).forEach(({ id, results, stats }) => {
      assert.deepEqual(inBrowser[id].results.map(([name]) => name), results, queries[id]);
      // What reads unknown words is loaded while the first of them is searched for.
      if (id > 0) assert.deepEqual(inBrowser[id].stats, { requests: stats.requests, roundTrips: stats.round_trips, bytes: stats.bytes }, queries[id]);
    });
  }
  const [first] = inBrowser.slice(1);
  const { results } = JSON.parse(await command(queries[1], "--json", "--site", site));
  assert.deepEqual(results.map(({ id, score }) => [id, score]), first.results);
});

for (const colorScheme of ["light", "dark"]) {
  test(`search has no serious accessibility issue and fits a phone (${colorScheme})`, async () => {
    const phone = await newPage({ colorScheme, bypassCSP: true, viewport: { width: 360, height: 740 } });
    const check = async (what) => {
      await phone.evaluate(axe);
      const { violations } = await phone.evaluate(() => globalThis.axe.run(document));
      const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(bad.map((issue) => `${issue.id}: ${issue.nodes.map((node) => node.html).slice(0, 2).join(" | ")}`), [], what);
      const overflow = await phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
    };
    await phone.goto(`${server.url}skills/`);
    await phone.locator("form.site-search input").fill("review");
    await phone.locator("#search-list [role=option]").first().waitFor();
    await phone.keyboard.press("ArrowDown");
    await check("the open list");
    for (const query of ["comit mesages", "review badge:official", "pdf badge:nothing"]) {
      await openSearch(query, phone);
      await check(query);
    }
    await phone.context().close();
  });
}

/** What `skillpress search` prints; the server of this process answers meanwhile. */
async function command(...args) {
  const { stdout } = await promisify(execFile)(skillpress, ["search", ...args], { maxBuffer: 1 << 26 });
  return stdout;
}
