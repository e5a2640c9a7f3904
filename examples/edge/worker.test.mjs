// The edge function over a built site: node --test, with SITE naming a site of the demo registry (mode = "edge").

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { siteSearch } from "./search.mjs";
import worker, { createHandler } from "./worker.mjs";
import { folderFiles } from "./serve.mjs";

const SITE = process.env.SITE;
const handle = createHandler({ readFile: folderFiles(SITE) });
const ask = (route, init) => handle(new Request(`https://skills.example/api/v1${route}`, init));
const askJson = async (route) => {
  const response = await ask(route);
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
};
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("a download is the published zip", async () => {
  const response = await ask("/download?slug=pdf-tools&ownerHandle=ANA&version=2.1.0");
  assert.equal(response.headers.get("content-type"), "application/zip");
  const published = await readFile(join(SITE, "ana/skills/pdf-tools/pdf-tools.zip"));
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), published);
});

test("what is installed is recognised by its hash", async () => {
  const record = JSON.parse(await readFile(join(SITE, "ana/skills/pdf-tools/skill.json"), "utf8"));
  const lines = record.files.map(({ path, sha256 }) => `${path}:${sha256}`);
  lines.sort((a, b) => a.localeCompare(b));
  const resolved = await askJson(`/resolve?slug=pdf-tools&hash=${sha256(lines.join("\n"))}`);
  assert.deepEqual(resolved, { slug: "pdf-tools", match: { version: "2.1.0" }, latestVersion: { version: "2.1.0" } });
  assert.equal((await askJson(`/resolve?slug=pdf-tools&hash=${sha256("other")}`)).match, null);
});

test("a search finds words and exact names, and no suspicious skills", async () => {
  const ids = async (query) => (await askJson(`/search?${query}`)).results.map(({ id }) => id);
  assert.equal((await ids("q=pdf"))[0], "ana/pdf-tools");
  assert.deepEqual(await ids("q=PDF-tools&mode=exact"), ["ana/pdf-tools"]);
  assert.deepEqual(await ids("q=@ana/pdf-tools&mode=exact"), ["ana/pdf-tools"]);
  assert.deepEqual(await ids("q=dotfile-sync&mode=exact"), []);
  assert.deepEqual(await ids("q="), []);
  assert.equal((await ids("q=a&limit=2")).length, 2);
});

test("the site's own search ranks as its pages do, typos and meaning included", async () => {
  const readFile = folderFiles(SITE);
  const script = pathToFileURL(join(SITE, "search/search.js"));
  const handler = createHandler({ readFile, search: await siteSearch({ script, readFile }) });
  const ids = async (query) => {
    const response = await handler(new Request(`https://skills.example/api/v1/search?${query}`));
    return (await response.json()).results.map(({ id }) => id);
  };
  const queries = ["pdf", "comit mesages", "stop my laptop from sleeping", "review -code", "badge:official pdf", "周报"];
  const expected = queries.map((query) => {
    const args = ["search", query, "--site", SITE, "--limit", "25", "--json"];
    return JSON.parse(execFileSync(process.env.SKILLPRESS, args)).results.map(({ id }) => id);
  });
  // At once, so that searches may mix if they can.
  const found = await Promise.all(queries.map((query) => ids(`q=${encodeURIComponent(query)}`)));
  assert.ok(expected.every((list) => list.length > 0));
  assert.deepEqual(found, expected);
  const featured = await ids("q=review&highlightedOnly=1");
  assert.ok(featured.length > 0 && featured.length < (await ids("q=review")).length);
});

test("a search of one's own takes the place of the words", async () => {
  const search = async (query, { limit }) => [{ id: "ana/csv-cleaner", score: limit }, { id: "no/body", score: 0 }];
  const own = createHandler({ readFile: folderFiles(SITE), search });
  const response = await own(new Request("https://skills.example/api/v1/search?q=x&limit=7"));
  const { results } = await response.json();
  assert.deepEqual(results.map(({ id, score }) => [id, score]), [["ana/csv-cleaner", 7]]);
});

test("a skill, its old name and a file are answered", async () => {
  assert.equal((await askJson("/skills/pdf-tools?ownerHandle=ana")).owner.handle, "ana");
  assert.equal((await askJson("/skills/changelog")).skill.slug, "changelog-keeper");
  const response = await ask("/skills/pdf-tools/file?path=SKILL.md");
  const source = await readFile(join(SITE, "ana/skills/pdf-tools/files/SKILL.md"), "utf8");
  assert.equal(await response.text(), source);
});

test("whatever is asked for under an old name leads on", async () => {
  const get = (path) => handle(new Request(`https://skills.example/brook/skills/${path}`));
  for (const [old, now] of [
    ["changelog/changelog.zip", "changelog-keeper/changelog-keeper.zip"],
    ["changelog/files/SKILL.md", "changelog-keeper/files/SKILL.md"],
  ]) {
    const response = await get(old);
    assert.equal(response.status, 301, old);
    assert.equal(response.headers.get("location"), `/brook/skills/${now}`);
    assert.equal((await get(now)).status, 200, now);
  }
  for (const document of ["", "skill.json", ".well-known/agent-skills/index.json"]) {
    assert.equal((await get(`changelog/${document}`)).status, 200, document);
  }
  for (const missing of ["changelog-keeper/nothing.zip", "nothing/nothing.zip"]) assert.equal((await get(missing)).status, 404);
});

test("wrong requests get a sentence with the right status", async () => {
  for (const [route, status] of [
    ["/search?q=x&mode=fuzzy", 400],
    ["/search?q=x&limit=0", 400],
    ["/download", 400],
    ["/download?slug=nobody", 404],
    ["/download?slug=pdf-tools&ownerHandle=brook", 404],
    ["/download?slug=pdf-tools&version=0.0.1", 404],
    ["/download?slug=pdf-tools&tag=beta", 404],
    ["/resolve?slug=pdf-tools&hash=12", 400],
    ["/skills/..%2F..%2F..%2Fetc", 404],
    ["/skills/%ff", 400],
    ["/skills/pdf-tools/file?path=../../x", 404],
    ["/nothing", 404],
  ]) {
    const response = await ask(route);
    assert.equal(response.status, status, route);
    assert.ok((await response.text()).length > 5, route);
  }
  assert.equal((await ask("/search?q=x", { method: "POST" })).status, 405);
});

test("everything else is the file", async () => {
  const env = { ASSETS: { fetch: (url) => folderFiles(SITE)(new URL(url).pathname) } };
  const page = await worker.fetch(new Request("https://skills.example/ana/skills/pdf-tools/"), env);
  assert.match(await page.text(), /<!doctype html>/i);
  const list = await worker.fetch(new Request("https://skills.example/api/v1/skills?limit=25"), env);
  assert.equal((await list.json()).items.length, 25);
});
