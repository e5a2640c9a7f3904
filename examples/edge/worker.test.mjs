// The edge function over a built site: node --test, with SITE naming a site of the demo registry (mode = "edge"), and FULL
// one that has all documents of the API.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { siteSearch } from "./search.mjs";
import worker, { createHandler } from "./worker.mjs";
import { folderFiles } from "./serve.mjs";

const { SITE, FULL } = process.env;
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
  const queries = ["pdf", "comit mesages", "stop my laptop from sleeping", "review -code", "badge:official review", "周报"];
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

test("a skill and its old name are answered", async () => {
  assert.equal((await askJson("/skills/pdf-tools?ownerHandle=ana")).owner.handle, "ana");
  assert.equal((await askJson("/skills/changelog")).skill.slug, "changelog-keeper");
});

/** A file that is in the zip alone, and what its record says of it. */
const IN_ZIP = "/skills/csv-cleaner/file?path=scripts/profile.py";
const script = await readFile(new URL("../../content/skills/ana/csv-cleaner/scripts/profile.py", import.meta.url));
const record = JSON.parse(await readFile(join(SITE, "ana/skills/csv-cleaner/skill.json"), "utf8"));
const zip = await readFile(join(SITE, "ana/skills/csv-cleaner/csv-cleaner.zip"));

/** The site on a host that answers for the zip of that skill as `ofZip(bytes, range)` does. */
const hostWith = (ofZip) => {
  const asked = [];
  const files = folderFiles(SITE);
  const handle = createHandler({
    readFile: async (path, headers) => {
      asked.push(path);
      return path.endsWith("/csv-cleaner.zip") ? ofZip(zip, headers?.Range) : files(path);
    },
  });
  return { asked, ask: (route, init) => handle(new Request(`https://skills.example/api/v1${route}`, init)) };
};
const withRanges = (bytes, range) => {
  if (!range) return new Response(bytes);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range);
  const headers = { "content-range": `bytes ${first}-${last}/${bytes.length}` };
  return new Response(bytes.subarray(Number(first), Number(last) + 1), { status: 206, headers });
};

test("a file with a copy is the copy", async () => {
  const response = await ask("/skills/pdf-tools/file?path=SKILL.md");
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(await response.text(), await readFile(join(SITE, "ana/skills/pdf-tools/files/SKILL.md"), "utf8"));
});

test("a file without a copy comes out of the zip, on hosts with ranges and without", async () => {
  assert.ok(record.files.find(({ path }) => path === "scripts/profile.py").zip);
  for (const ofZip of [withRanges, (bytes) => new Response(bytes)]) {
    const host = hostWith(ofZip);
    const response = await host.ask(IN_ZIP);
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), script);
    assert.equal(response.headers.get("content-security-policy"), "default-src 'none'; sandbox");
    assert.equal(response.headers.get("etag"), `"${sha256(script)}"`);
    assert.equal(host.asked.filter((path) => path.endsWith(".zip")).length, 1);
    const head = await host.ask(IN_ZIP, { method: "HEAD" });
    assert.equal(head.headers.get("content-length"), String(script.length));
    assert.equal(await head.text(), "");
  }
});

test("a damaged or replaced zip is said to be one", async () => {
  const { offset } = record.files.find(({ path }) => path === "scripts/profile.py").zip;
  const damaged = Buffer.from(zip);
  damaged[offset + 20] ^= 1;
  const replaced = await readFile(join(SITE, "ana/skills/pdf-tools/pdf-tools.zip"));
  for (const other of [damaged, replaced, replaced.subarray(0, 30)]) {
    for (const ofZip of [(zip, range) => withRanges(other, range), () => new Response(other)]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await hostWith(ofZip).ask(IN_ZIP, { method });
        assert.equal(response.status, 502);
        if (method === "GET") assert.match(await response.text(), /^scripts\/profile\.py of ana\/csv-cleaner was damaged or replaced: .*csv-cleaner\.zip\n$/);
      }
    }
  }
  assert.equal((await hostWith(() => new Response("", { status: 404 })).ask(IN_ZIP)).status, 502);
});

test("a preview is of text alone", async () => {
  assert.equal((await ask(`${IN_ZIP}&preview=1`)).status, 200);
  const picture = "/skills/chart-chooser/file?path=assets/three-charts.png";
  assert.equal((await ask(picture)).headers.get("content-type"), "application/octet-stream");
  assert.equal((await ask(`${picture}&preview=1`)).status, 415);
});

test("versions are answered as the documents of a site that has them say", async () => {
  const documents = (await readdir(join(FULL, "api/v1/skills"), { recursive: true })).filter((file) => file.includes("/versions/"));
  assert.ok(documents.length > 60);
  for (const file of documents) {
    const route = `/skills/${file.replace(/\/index\.html$/, "")}`;
    const document = JSON.parse(await readFile(join(FULL, "api/v1/skills", file), "utf8"));
    assert.deepEqual(await askJson(route), document, route);
  }
});

test("an old version whose files are kept is downloaded, listed and read", async () => {
  const record = JSON.parse(await readFile(join(SITE, "ana/skills/csv-cleaner/skill.json"), "utf8"));
  const url = `${record.url}versions/1.0.0/`;
  const item = { version: "1.0.0", createdAt: 0, changelog: "", changelogSource: null, url };
  // Its zip is that of today, from which one file is known.
  const file = record.files.find((file) => !file.url);
  const kept = { ...record, version: "1.0.0", url, zip: { ...record.zip, url: `${url}csv-cleaner.zip` }, files: [file] };
  const files = folderFiles(SITE);
  const handler = createHandler({
    readFile: async (path, headers) => {
      if (path === "/ana/skills/csv-cleaner/skill.json") return Response.json({ ...record, versions: [record.versions[0], item] });
      if (path === "/ana/skills/csv-cleaner/versions/1.0.0/skill.json") return Response.json(kept);
      return files(path.replace("/versions/1.0.0", ""), headers);
    },
  });
  const get = (route) => handler(new Request(`https://skills.example/api/v1${route}`));
  const zip = await get("/download?slug=csv-cleaner&version=1.0.0");
  assert.equal(sha256(Buffer.from(await zip.arrayBuffer())), record.zip.sha256);
  const shown = await (await get("/skills/csv-cleaner/versions/1.0.0")).json();
  const { mode, zip: place, ...listed } = file;
  assert.deepEqual(shown.version.files, [listed]);
  const path = encodeURIComponent(file.path);
  const read = await get(`/skills/csv-cleaner/file?path=${path}&version=1.0.0`);
  assert.equal(sha256(Buffer.from(await read.arrayBuffer())), file.sha256);
  assert.equal((await get("/skills/csv-cleaner/file?path=SKILL.md&version=1.0.0")).status, 404);
  assert.equal((await get("/download?slug=csv-cleaner&version=0.0.1")).status, 404);
});

test("a search is not explained here, and what explains it is named", async () => {
  const response = await ask("/skills/pdf-tools/why?q=pdf");
  assert.equal(response.status, 501);
  assert.match(await response.text(), /skillpress search QUERY --why OWNER\/SLUG/);
});

test("the place to install from is a download of here, unless a file says another", async () => {
  const archive = {
    version: "1.2.0",
    downloadUrl: new URL("../../../api/v1/download?slug=changelog-keeper&ownerHandle=brook", record.url).href,
  };
  const place = { ok: true, slug: "changelog-keeper", installKind: "archive", archive };
  assert.deepEqual(await askJson("/skills/changelog/install"), place);
  const files = folderFiles(SITE);
  const repository = createHandler({
    readFile: (path, headers) => path.endsWith("/install") ? new Response('{"installKind":"github"}') : files(path, headers),
  });
  const answer = await repository(new Request("https://skills.example/api/v1/skills/changelog/install"));
  assert.deepEqual(await answer.json(), { installKind: "github" });
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
    ["/skills/pdf-tools/file?path=SKILL.md&version=2.0.0", 410],
    ["/skills/pdf-tools/file?path=SKILL.md&version=0.0.1", 404],
    ["/skills/pdf-tools/versions/0.0.1", 404],
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
