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
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { launch } from "../../tests/browser/chromium.mjs";
import { count, kb, ours, pagefind, printTable, quantile, visit } from "./measure.mjs";
import { serve, trusted } from "./site.mjs";

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

const lexical = ours(site, "lexical"), hybrid = ours(site, "hybrid");
const withRanges = await serve(peer ? [site, peer] : [site]);
const withoutRanges = await serve([site], { hasRanges: false });
const engines = isOfHosts ? {
  "lexical, ranges": { engine: lexical, server: withRanges },
  "lexical, no ranges": { engine: lexical, server: withoutRanges },
  "hybrid, ranges": { engine: hybrid, server: withRanges },
  "hybrid, no ranges": { engine: hybrid, server: withoutRanges },
} : {
  "skillpress, lexical": { engine: lexical, server: withRanges },
  "skillpress, hybrid": { engine: hybrid, server: withRanges },
  "Pagefind": { engine: pagefind, server: withRanges },
};

const browser = await launch({ args: trusted });
const measured = {};
for (const [name, { server, engine }] of Object.entries(engines)) {
  const rows = (measured[name] = { first: [], next: [] });
  for (const [queryIdx, query] of queries.entries()) {
    const [first, next] = await visit(browser, server, engine, [query, queries[(queryIdx + 1) % queries.length]]);
    rows.first.push(count(first));
    rows.next.push(count(next));
  }
}
await browser.close();
withRanges.close();
withoutRanges.close();

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
console.log(`\n${queries.length} queries, medians`);
printTable(table);
for (const [name, { first, next }] of Object.entries(report.engines)) {
  const shown = (parts) => Object.entries(parts).filter(([, bytes]) => bytes).map(([part, bytes]) => `${part} ${kb(bytes)}`).join(", ");
  console.log(`\n${name}, median of each part\n  first: ${shown(first.parts)}\n  next: ${shown(next.parts)}`);
}
const jsonFile = option("--json");
if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
