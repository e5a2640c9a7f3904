// Visits a site in a bucket until standard input ends: opens pages, searches, and fails at the first error.
//
//   node visit.mjs URL      URL ends with a slash
import { launch } from "../browser/chromium.mjs";

const [site] = process.argv.slice(2);
const QUERIES = ["pdf", "stop my laptop from sleeping", "csv", "Rechnungen prüfen", "wether forcast"];
const PAGES = ["index.html", "search/index.html", "skills/index.html"];

let isOver = false;
process.stdin.on("end", () => (isOver = true)).resume();

const browser = await launch();
const errors = [];
let n = 0;
for (; !isOver && !errors.length; n++) {
  const context = await browser.newContext();
  const page = await context.newPage();
  // Typing again takes back the requests of before; that is no error.
  page.on("requestfailed", (request) => request.failure()?.errorText !== "net::ERR_ABORTED" && errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${site}${PAGES[n % PAGES.length]}`, { waitUntil: "load" });
  // The page stays open over several searches, so that the site is replaced behind it.
  for (const query of QUERIES) {
    const found = await page.evaluate(async ([module, query]) => {
      globalThis.search ??= (await import(module)).createSearch();
      const { hits, complete } = await globalThis.search.search(query);
      return { names: hits.map((hit) => hit.name), complete };
    }, [`${site}search/search.js`, query]).catch((error) => ({ error: String(error) }));
    if (found.error || !found.complete || !found.names.length) errors.push(`${query}: ${JSON.stringify(found)}`);
  }
  await context.close();
}
await browser.close();
if (errors.length) {
  console.error(errors.join("\n"));
  process.exit(1);
}
console.log(`${n} visits`);
