// How long a search holds up the page, in headless Chromium on a processor that is four times slower.
//
//   node tasks.mjs SITE QUERIES.jsonl [--limit N]
//
// SITE and QUERIES as for bench.mjs. Every query is typed on the search page of a fresh browser, letter by letter; then
// "Show more" is pressed twice. What counts are the tasks of the page's own thread from the first letter on, in its own
// processor time: a task longer than 50 ms is one that people feel.
import { readFileSync } from "node:fs";

import { launch } from "../../tests/browser/chromium.mjs";
import { tasksDuring } from "../../tests/browser/tasks.mjs";
import { serve, trusted } from "./site.mjs";

const LETTER_MS = 60;
/** After so long a search is shown. */
const SETTLED_MS = 2500;
const [site, queryFile] = process.argv.slice(2);
const limit = process.argv.includes("--limit") ? Number(process.argv[process.argv.indexOf("--limit") + 1]) : Infinity;
const queries = readFileSync(queryFile, "utf8").trim().split("\n").slice(0, limit).map((line) => JSON.parse(line).query);

const server = await serve([site]);
const longest = { typing: [], "show more": [] };
for (const query of queries) {
  const browser = await launch({ args: trusted });
  const page = await browser.newPage();
  await page.goto(`${server.url}search/`, { waitUntil: "networkidle" });
  // While tasks are counted the driver only waits: what it looks at would be work of the page.
  const typing = await tasksDuring(page, async () => {
    await page.keyboard.type(query, { delay: LETTER_MS });
    await page.waitForTimeout(SETTLED_MS);
  });
  longest.typing.push(typing[0]);
  const isLong = () => page.evaluate(() => !!document.querySelector(".search-more"));
  if (await isLong()) {
    const showing = await tasksDuring(page, async () => {
      for (let times = 0; times < 2; times++) {
        await page.evaluate(() => { const b = document.querySelector(".search-more"); b?.scrollIntoView(); b?.click(); });
        await page.waitForTimeout(SETTLED_MS);
      }
    });
    longest["show more"].push(showing[0]);
  }
  await browser.close();
}
server.close();

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
for (const [what, values] of Object.entries(longest)) {
  const ms = [0.5, 0.95, 1].map((q) => quantile(values, q)?.toFixed(0));
  console.log(`${what}, ${values.length} queries: longest task ${ms[0]} ms (median), ${ms[1]} (p95), ${ms[2]} (most); ${values.filter((ms) => ms > 50).length} above 50`);
}
