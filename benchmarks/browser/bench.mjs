// What a first and a next search move, in headless Chromium, for this project and for Pagefind on the same pages.
//
//   node bench.mjs SITE QUERIES.jsonl [--json FILE] [--limit N] [--hosts]
//
// With `--hosts` this project alone is measured, on a host that answers ranges and on one that does not.
//
// SITE is a folder that `skillpress build --base-url https://localhost/` wrote; each line of QUERIES has a `query`.
// Every query is a first search in a fresh browser profile, pasted whole; the query after it in the file is the next
// search. Bytes are bodies as they travel: brotli'd where the host compresses, as they are for ranges. The page's own
// HTML, CSS and script are loaded before and not counted. A round trip is a step of the longest chain of requests of
// which each began after the one before had ended.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { launch } from "../../tests/browser/chromium.mjs";
import { serve, trusted } from "./site.mjs";

const DELAY_MS = 25;
const N_HITS = 10;
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const [site, queryFile] = process.argv.slice(2);
const lines = readFileSync(queryFile, "utf8").trim().split("\n").slice(0, Number(option("--limit") ?? Infinity));
const queries = lines.map((line) => JSON.parse(line).query);

const isOfHosts = process.argv.includes("--hosts");
const peer = isOfHosts ? undefined : indexed();

/** A folder with Pagefind's index of the same pages. */
function indexed() {
  const peer = mkdtempSync(path.join(tmpdir(), "skillpress-pagefind-"));
  console.log(execFileSync("node_modules/.bin/pagefind", ["--site", site, "--glob", "*/skills/*/index.html", "--root-selector", "main",
    "--output-path", path.join(peer, "pagefind")], { encoding: "utf8", cwd: import.meta.dirname }).trim().split("\n").slice(-6).join("\n"));
  return peer;
}

const asset = (pattern) => readdirSync(path.join(site, "assets")).find((name) => pattern.test(name));
const [searchJs, workerJs, boxJs] = [/^search-[0-9a-f]+\.js$/, /^search-worker-/, /^search-box-/].map((pattern) => `/assets/${asset(pattern)}`);
const lexical = { start: ours, search: oursSearch("lexical") }, hybrid = { start: ours, search: oursSearch("hybrid") };
const withRanges = await serve(peer ? [site, peer] : [site], DELAY_MS);
const withoutRanges = await serve([site], DELAY_MS, { hasRanges: false });
const engines = isOfHosts ? {
  "lexical, ranges": { ...lexical, server: withRanges },
  "lexical, no ranges": { ...lexical, server: withoutRanges },
  "hybrid, ranges": { ...hybrid, server: withRanges },
  "hybrid, no ranges": { ...hybrid, server: withoutRanges },
} : {
  "skillpress, lexical": { ...lexical, server: withRanges },
  "skillpress, hybrid": { ...hybrid, server: withRanges },
  "Pagefind": { start: pagefind, search: pagefindSearch, server: withRanges },
};

/** Loads what site.js loads when somebody is about to search; the search runs in a worker, as that of the box. */
async function ours(page) {
  await page.evaluate(async ([searchJs, workerJs, boxJs, wasm]) => {
    for (const [rel, href] of [["modulepreload", workerJs], ["modulepreload", searchJs], ["preload", wasm]]) {
      document.head.append(Object.assign(document.createElement("link"), rel === "preload" ? { as: "fetch", crossOrigin: "anonymous" } : {}, { href, rel }));
    }
    await import(boxJs);
    const { createBackgroundSearch } = await import(workerJs);
    globalThis.search = createBackgroundSearch();
  }, [searchJs, workerJs, boxJs, `/search/files/${readdirSync(path.join(site, "search/files")).find((name) => /^search-.*\.wasm$/.test(name))}`]);
}

function oursSearch(mode) {
  return (page, query) => page.evaluate(async ([query, limit, mode]) => {
    const { hits } = await globalThis.search.search(query, { limit, mode });
    return hits.length;
  }, [query, N_HITS, mode]);
}

async function pagefind(page) {
  await page.evaluate(async () => {
    globalThis.search = await import("/pagefind/pagefind.js");
    await globalThis.search.init();
  });
}

function pagefindSearch(page, query) {
  return page.evaluate(async ([query, limit]) => {
    const { results } = await globalThis.search.search(query);
    return (await Promise.all(results.slice(0, limit).map((result) => result.data()))).length;
  }, [query, N_HITS]);
}

const browser = await launch({ args: trusted });
const measured = {};
for (const [name, { server, ...engine }] of Object.entries(engines)) {
  const rows = (measured[name] = { first: [], next: [] });
  for (const [queryIdx, query] of queries.entries()) {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`${server.url}skills/`, { waitUntil: "networkidle" });
    for (const [kind, text] of [["first", query], ["next", queries[(queryIdx + 1) % queries.length]]]) {
      const from = server.log.length;
      if (kind === "first") await engine.start(page);
      await engine.search(page, text);
      rows[kind].push(count(server.log.slice(from)));
    }
    await context.close();
  }
}
await browser.close();
withRanges.close();
withoutRanges.close();

/** @param {{ path: string, bytes: number, headerBytes: number, startMs: number, endMs: number }[]} log */
function count(log) {
  const parts = {};
  for (const { path, bytes } of log) {
    const name = path.includes("/files/") && path.endsWith(".bin") ? path.replace(/.*\/files\/|-[0-9a-f]{10}|\/.*|\.bin/g, "") : path.replace(/.*\/|-[0-9a-f]{10}/g, "");
    const part = path.startsWith("/pagefind/") ? name.replace(/^.*\.(pf_\w+|pagefind)$/, "$1") : name;
    parts[part] = (parts[part] ?? 0) + bytes;
  }
  const sorted = [...log].sort((a, b) => a.startMs - b.startMs);
  const depths = [];
  sorted.forEach((entry, entryIdx) => {
    const before = sorted.slice(0, entryIdx).map((other, otherIdx) => (other.endMs <= entry.startMs ? depths[otherIdx] : 0));
    depths.push(1 + Math.max(0, ...before));
  });
  const sum = (key) => log.reduce((sum, entry) => sum + entry[key], 0);
  return { bytes: sum("bytes"), headerBytes: sum("headerBytes"), requests: log.length, roundTrips: Math.max(0, ...depths), parts };
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
const kb = (bytes) => (bytes / 1000).toFixed(1);
const table = [["", "kB", "p95", "requests", "p95", "round trips", "p95", "headers kB"]];
const report = { queries: queries.length, engines: {} };
for (const [name, kinds] of Object.entries(measured)) {
  for (const [kind, rows] of Object.entries(kinds)) {
    const of = (key, q = 0.5) => quantile(rows.map((row) => row[key]), q);
    const summary = {};
    for (const key of ["bytes", "requests", "roundTrips", "headerBytes"]) summary[key] = { median: of(key), p95: of(key, 0.95) };
    summary.parts = Object.fromEntries([...new Set(rows.flatMap((row) => Object.keys(row.parts)))].sort()
      .map((part) => [part, quantile(rows.map((row) => row.parts[part] ?? 0), 0.5)]));
    (report.engines[name] ??= {})[kind] = summary;
    table.push([`${name}, ${kind}`, kb(summary.bytes.median), kb(summary.bytes.p95), summary.requests.median, summary.requests.p95,
      summary.roundTrips.median, summary.roundTrips.p95, kb(summary.headerBytes.median)]);
  }
}
const widths = table[0].map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
console.log(`\n${queries.length} queries, medians`);
for (const row of table) console.log(row.map((cell, column) => (column ? String(cell).padStart(widths[column]) : String(cell).padEnd(widths[0]))).join("  "));
for (const [name, { first, next }] of Object.entries(report.engines)) {
  const shown = (parts) => Object.entries(parts).filter(([, bytes]) => bytes).map(([part, bytes]) => `${part} ${kb(bytes)}`).join(", ");
  console.log(`\n${name}, median of each part\n  first: ${shown(first.parts)}\n  next: ${shown(next.parts)}`);
}
const jsonFile = option("--json");
if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
