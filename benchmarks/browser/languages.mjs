// What a search in another language moves beside one in English, in headless Chromium, on hosts with and without ranges.
//
//   node languages.mjs SITE QUERIES.jsonl [--each N] [--json FILE]
//
// SITE as for bench.mjs; each line of QUERIES has a `query` and its `lang`, or a `kind` in its place, such as `typo`: a
// misspelled word is unknown, too. Every query, or the first N of each language, is the first search of a visit in a fresh
// profile, by words and meaning; the query after it in the same language is the next one. What only such searches read are
// the module for unknown words and the files of the glossary: their bytes, and the steps of the longest chain of requests
// for them, are printed beside those of the whole search. Exits with 1 when a limit is exceeded on a host with ranges.
import { readFileSync, writeFileSync } from "node:fs";

import { launch } from "../../tests/browser/chromium.mjs";
import { count, kb, ours, partOf, printTable, quantile, visit } from "./measure.mjs";
import { serve, trusted } from "./site.mjs";

/** Of what a search in another language adds, in the median of each language. */
const LIMITS = { first: { bytes: 30_000 }, next: { bytes: 12_000, roundTrips: 2 } };
const FOREIGN = new Set(["unknown.wasm", "glossary", "references"]);

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const [site, queryFile] = process.argv.slice(2);
const lines = readFileSync(queryFile, "utf8").trim().split("\n").map((line) => JSON.parse(line))
  .map(({ query, lang, kind }) => ({ query, group: lang ?? kind }));

const browser = await launch({ args: trusted });
const engine = ours(site, "hybrid");
const report = {};
const failures = [];
for (const [host, hasRanges] of [["ranges", true], ["no ranges", false]]) {
  const server = await serve([site], { hasRanges });
  const table = [["", "adds kB", "most", "requests", "most", "round trips", "most", "in all kB", "most", "requests", "round trips"]];
  const all = { first: [], next: [] };
  for (const group of new Set(lines.map(({ group }) => group))) {
    const queries = lines.filter((line) => line.group === group).slice(0, Number(option("--each") ?? Infinity)).map(({ query }) => query);
    const rows = { first: [], next: [] };
    for (const [queryIdx, query] of queries.entries()) {
      const [first, next] = await visit(browser, server, engine, [query, queries[(queryIdx + 1) % queries.length]]);
      rows.first.push(counted(first));
      rows.next.push(counted(next));
    }
    for (const [kind, limits] of Object.entries(LIMITS)) {
      all[kind].push(...rows[kind]);
      table.push([`${group}, ${kind}`, ...columns(rows[kind])]);
      for (const [key, limit] of Object.entries(limits)) {
        const median = quantile(rows[kind].map(({ added }) => added[key]), 0.5);
        if (hasRanges && median > limit) failures.push(`${group}, ${kind}: adds ${median} ${key}, at most ${limit} wanted`);
      }
    }
  }
  for (const kind of Object.keys(LIMITS)) table.push([`all, ${kind}`, ...columns(all[kind])]);
  console.log(`\n${all.first.length} queries, ${host}: medians and most`);
  printTable(table);
  for (const [kind, limits] of Object.entries(LIMITS)) {
    for (const [key, limit] of Object.entries(limits)) {
      console.log(`${kind}: ${all[kind].filter(({ added }) => added[key] > limit).length} of ${all[kind].length} add more than ${limit} ${key}`);
    }
  }
  report[host] = all;
  server.close();
}
await browser.close();
const jsonFile = option("--json");
if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length ? 1 : 0;

/** What a search moves, and what of it no search in English reads. */
function counted(log) {
  return { ...count(log), added: count(log.filter((entry) => FOREIGN.has(partOf(entry)))) };
}

function columns(rows) {
  const of = (values) => [quantile(values, 0.5), Math.max(...values)];
  return [
    ...of(rows.map(({ added }) => added.bytes)).map(kb), ...of(rows.map(({ added }) => added.requests)), ...of(rows.map(({ added }) => added.roundTrips)),
    ...of(rows.map(({ bytes }) => bytes)).map(kb), quantile(rows.map(({ requests }) => requests), 0.5), quantile(rows.map(({ roundTrips }) => roundTrips), 0.5),
  ];
}
