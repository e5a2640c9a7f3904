// How searches of a site are run in a browser, and how what they move is counted.
import { readdirSync } from "node:fs";
import path from "node:path";

const N_HITS = 10;

/** This project's search of the site in a folder: `start` loads what site.js loads when somebody is about to search, `search` answers. */
export function ours(site, mode) {
  const asset = (pattern) => `/assets/${readdirSync(path.join(site, "assets")).find((name) => pattern.test(name))}`;
  const urls = [/^search-[0-9a-f]+\.js$/, /^search-worker-/, /^search-box-/].map(asset);
  urls.push(`/search/files/${readdirSync(path.join(site, "search/files")).find((name) => /^search-.*\.wasm$/.test(name))}`);
  return {
    start: (page) => page.evaluate(async ([searchJs, workerJs, boxJs, wasm]) => {
      for (const [rel, href] of [["modulepreload", workerJs], ["modulepreload", searchJs], ["preload", wasm]]) {
        document.head.append(Object.assign(document.createElement("link"), rel === "preload" ? { as: "fetch", crossOrigin: "anonymous" } : {}, { href, rel }));
      }
      await import(boxJs);
      const { createBackgroundSearch } = await import(workerJs);
      // The search runs in a worker, as that of the box.
      globalThis.search = createBackgroundSearch();
    }, urls),
    search: (page, query) => page.evaluate(async ([query, limit, mode]) => {
      const { hits } = await globalThis.search.search(query, { limit, mode });
      return hits.length;
    }, [query, N_HITS, mode]),
  };
}

/** Pagefind's API, without its user interface. */
export const pagefind = {
  start: (page) => page.evaluate(async () => {
    globalThis.search = await import("/pagefind/pagefind.js");
    await globalThis.search.init();
  }),
  search: (page, query) => page.evaluate(async ([query, limit]) => {
    const { results } = await globalThis.search.search(query);
    return (await Promise.all(results.slice(0, limit).map((result) => result.data()))).length;
  }, [query, N_HITS]),
};

/** What the server sends for each of two searches, the first and the next one of a visit in a fresh profile. */
export async function visit(browser, server, engine, [first, next]) {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${server.url}skills/`, { waitUntil: "networkidle" });
  const logs = [];
  for (const [idx, query] of [first, next].entries()) {
    const from = server.log.length;
    if (!idx) await engine.start(page);
    await engine.search(page, query);
    logs.push(server.log.slice(from));
  }
  await context.close();
  return logs;
}

/** The part of a site that an entry of a log belongs to, such as `terms`. */
export function partOf({ path }) {
  const name = path.includes("/files/") && path.endsWith(".bin") ? path.replace(/.*\/files\/|-[0-9a-f]{10}|\/.*|\.bin/g, "") : path.replace(/.*\/|-[0-9a-f]{10}/g, "");
  return path.startsWith("/pagefind/") ? name.replace(/^.*\.(pf_\w+|pagefind)$/, "$1") : name;
}

/** @param {{ path: string, bytes: number, headerBytes: number, startMs: number, endMs: number }[]} log */
export function count(log) {
  const parts = {};
  for (const entry of log) parts[partOf(entry)] = (parts[partOf(entry)] ?? 0) + entry.bytes;
  const sorted = [...log].sort((a, b) => a.startMs - b.startMs);
  const depths = [];
  sorted.forEach((entry, entryIdx) => {
    const before = sorted.slice(0, entryIdx).map((other, otherIdx) => (other.endMs <= entry.startMs ? depths[otherIdx] : 0));
    depths.push(1 + Math.max(0, ...before));
  });
  const sum = (key) => log.reduce((sum, entry) => sum + entry[key], 0);
  return { bytes: sum("bytes"), headerBytes: sum("headerBytes"), requests: log.length, roundTrips: Math.max(0, ...depths), parts };
}

export const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
export const kb = (bytes) => (bytes / 1000).toFixed(1);

/** Prints rows in columns, the first one to the left. */
export function printTable(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
  for (const row of table) console.log(row.map((cell, column) => (column ? String(cell).padStart(widths[column]) : String(cell).padEnd(widths[0]))).join("  "));
}
