// Agents in the browser: the search as a tool of the page's model context, in a browser that has one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.mjs";
import { buildSite, serveFolder } from "./site.mjs";

let server, browser;
before(async () => {
  server = await serveFolder(buildSite("https://skills.example/x/"), { prefix: "/x/", headers: true });
  browser = await launch({ args: ["--enable-blink-features=WebMCP"] });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/** A page of the site, and the paths of what it loads. */
async function open(path, inside = browser) {
  const page = await inside.newPage();
  const loaded = [];
  const complaints = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(server.url + path);
  await page.waitForLoadState("networkidle");
  return { page, loaded, complaints };
}

const tools = (page) => page.evaluate(async () => (await document.modelContext.getTools()).map(({ name, description, inputSchema }) => ({ name, description, inputSchema })));
const call = (page, input) => page.evaluate(async (input) => {
  const [tool] = await document.modelContext.getTools();
  const said = await document.modelContext.executeTool(tool, input);
  return typeof said === "string" ? JSON.parse(said) : said;
}, input);

for (const path of ["", "search/", "ana/skills/csv-cleaner/"]) {
  test(`an agent searches from /${path} by what the page loads then`, async () => {
    const { page, loaded, complaints } = await open(path);
    const [tool, ...others] = await tools(page);
    assert.deepEqual(others, []);
    assert.equal(tool.name, "search_skills");
    assert.match(tool.description, /those that fit, best first/);
    const isEngine = (path) => /\.(wasm|bin)$/.test(path);
    if (path !== "search/") assert.deepEqual(loaded.filter(isEngine), [], "nothing is read before");

    const said = await call(page, { query: "clean a csv file", limit: 3 });
    assert.equal(said.isError, undefined, JSON.stringify(said));
    const answer = JSON.parse(said.content[0].text);
    assert.equal(answer.complete, true);
    assert.ok(answer.found >= 1);
    const [best] = answer.results;
    assert.equal(best.id, "ana/csv-cleaner");
    assert.equal(best.fits, true);
    assert.equal(best.url, `${server.url}ana/skills/csv-cleaner/`);
    assert.ok(loaded.some(isEngine));

    const byOwner = JSON.parse((await call(page, { owner: "ana", limit: 50 })).content[0].text);
    assert.ok(byOwner.results.length > 1);
    assert.ok(byOwner.results.every(({ id }) => id.startsWith("ana/")));
    for (const [input, told] of [[{}, /give a `query`/], [{ query: 5 }, /`query` is a text/], [{ query: "x".repeat(1001) }, /more than 1000/]]) {
      const wrong = await call(page, input);
      assert.equal(wrong.isError, true);
      assert.match(wrong.content[0].text, told);
    }
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test("a browser without a model context loads nothing for it", async () => {
  const plain = await launch();
  const { loaded, complaints } = await open("", plain);
  assert.ok(loaded.length > 1);
  assert.deepEqual(loaded.filter((path) => /model-context|search-/.test(path)), []);
  assert.deepEqual(complaints, []);
  await plain.close();
});
