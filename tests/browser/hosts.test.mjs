// The site on servers that people have: nginx with the published example, and the plainest one there is.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

import { launch } from "./chromium.mjs";
import { serveWithNginx } from "./nginx.mjs";
import { serveWithPython } from "./python.mjs";
import { buildSite, filesBelow, headerRules, headersOf, root, skillpress } from "./site.mjs";

let config, site, nginx, python, browser;
before(async () => {
  // With all that a site may have.
  config = path.join(mkdtempSync(path.join(tmpdir(), "skillpress-config-")), "skillpress.toml");
  writeFileSync(config, '[api]\nfile_indexes = true\n[npm]\nscope = "@acme"\n');
  site = buildSite("https://skills.example/", { config });
  nginx = await serveWithNginx(site);
  python = await serveWithPython(site);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await nginx?.close();
  await python?.close();
  for (const file of [site, config]) if (file) rmSync(path.dirname(file), { recursive: true, force: true });
});

/** Types a query on the first page, and follows its first result; gives all answers that came. */
async function searchAndFollow(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answers = [];
  const complaints = [];
  page.on("response", (response) => answers.push(response));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(url);
  await page.locator("form.site-search input[name=q]").pressSequentially("merge pdf", { delay: 20 });
  await page.locator("#search-list [role=option]:first-child[href$='/ana/skills/pdf-tools/']").click();
  await page.waitForURL(/\/ana\/skills\/pdf-tools\/$/);
  assert.match(await page.locator("h1").innerText(), /PDF/);
  await page.goto(`${url}search/?q=what+changed+between+releases`);
  await page.locator(".search-results > li").first().waitFor();
  await page.locator(".search-body[aria-busy=false]").waitFor({ state: "attached" });
  assert.deepEqual(complaints, []);
  await context.close();
  return answers;
}

test("nginx serves the site with its search, in ranges", async () => {
  const answers = await searchAndFollow(nginx.url);
  const parts = answers.filter((answer) => answer.url().endsWith(".bin"));
  assert.ok(parts.length > 3);
  assert.deepEqual(new Set(parts.map((answer) => answer.status())), new Set([206]));
  const engine = answers.find((answer) => answer.url().endsWith(".wasm"));
  assert.equal(engine.headers()["content-type"], "application/wasm");
  assert.equal(engine.headers()["content-encoding"], "gzip");
});

test("a server without ranges, headers or compression serves the site with its search", async () => {
  const answers = await searchAndFollow(python.url);
  assert.ok(answers.some((answer) => answer.url().endsWith(".bin")));
  const others = answers.filter((answer) => ![200, 304].includes(answer.status()));
  assert.deepEqual(others.map((answer) => answer.url()), []);
});

test("another site searches the one that nginx serves", async () => {
  const page = await browser.newPage();
  await page.goto(`${python.url}robots.txt`);
  const ids = await page.evaluate(async (address) => {
    const { createSearch } = await import(address);
    const { hits } = await createSearch().search("merge pdf");
    return hits.map(({ id }) => id);
  }, `${nginx.url}search/search.js`);
  assert.equal(ids[0], "ana/pdf-tools");
  await page.close();
});

/** Addresses of all files as a visitor asks for them. */
const addresses = () => filesBelow(site, "")
  .filter((file) => statSync(path.join(site, file)).isFile() && !/^(_headers|_redirects|\.nojekyll|\.skillpress)$/.test(file))
  .map((file) => `/${file.replace(/(^|\/)index\.html$/, "$1")}`);

/** One value only: two of these would mean nothing, or something else. */
const SINGLE = ["access-control-allow-origin", "access-control-expose-headers", "cache-control", "content-type", "content-disposition",
  "referrer-policy", "x-content-type-options", "x-robots-tag"];
/** Headers of which `_headers` speaks. */
const RULED = [...SINGLE, "content-security-policy"];

describe("_headers", () => {
  test("keeps to the limits of the hosts that read it", () => {
    const text = readFileSync(path.join(site, "_headers"), "utf8");
    assert.ok(text.split("\n").every((line) => line.length <= 2000));
    const rules = headerRules(site);
    assert.ok(rules.length <= 100);
    for (const { path: pattern } of rules) {
      assert.ok(pattern.split("*").length <= 2, `one * at most: ${pattern}`);
      assert.ok(/^\/([\w.-]|:[a-z]+|\*|\/)*$/.test(pattern), pattern);
    }
  });

  test("gives no address two values of a header that has one", () => {
    const rules = headerRules(site);
    for (const address of addresses()) {
      const given = rules.filter(({ pattern }) => pattern.test(address)).flatMap(({ lines }) => lines.map(([name]) => name));
      for (const name of SINGLE) assert.ok(given.filter((other) => other === name).length <= 1, `${name} at ${address}`);
    }
  });

  test("opens to other sites what programs read, and no page", () => {
    const rules = headerRules(site);
    const isOpen = (address) => headersOf(rules, address)["access-control-allow-origin"] === "*";
    for (const address of [
      "/ana/skills/pdf-tools/skill.json",
      "/ana/skills/pdf-tools/.well-known/agent-skills/index.json",
      "/ana/skills/pdf-tools/pdf-tools.zip",
      "/ana/skills/pdf-tools/files/SKILL.md",
      "/.well-known/clawhub.json",
      "/api/openapi.json",
      "/api/v1/skills/",
      "/search/manifest.json",
    ]) assert.ok(isOpen(address), address);
    for (const address of ["/", "/skills/", "/skills/by/name/page/2/", "/ana/", "/assets/x.js"]) assert.ok(!isOpen(address), address);
  });

  test("calls JSON what is JSON", () => {
    const rules = headerRules(site);
    for (const address of addresses().filter((address) => /^\/(api|npm)\//.test(address) && !/\.json$/.test(address))) {
      assert.equal(headersOf(rules, address)["content-type"], "application/json", address);
      const file = path.join(site, address.endsWith("/") ? `${address}index.html` : address);
      assert.doesNotThrow(() => JSON.parse(readFileSync(file, "utf8")), address);
    }
  });

  test("is what the nginx example sends, at every address", async () => {
    await comparesWith(nginx.url, addresses(), { "cache-control": "no-cache" });
  });

  test("is what the preview sends, at every address, be it a file or an answer", async () => {
    const preview = spawn(skillpress, ["serve", "--config", config, "--addr", "127.0.0.1:0"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
    const url = await new Promise((resolve) => preview.stdout.on("data", (chunk) => resolve(/serving (http:\S+)/.exec(chunk)?.[1])));
    try {
      while (!(await fetch(url)).ok) await new Promise((resolve) => setTimeout(resolve, 50));
      // Names of shards and packages follow from addresses, which are the preview's own there; and the preview has no sums,
      // and at its address no marketplaces.
      const isThere = (address) =>
        !/\/catalog\/[0-9a-f]+\.json$|\.tgz$|marketplace\.json$|^\/SHA256SUMS$|^\/data\/sums\//.test(address);
      await comparesWith(url, addresses().filter(isThere), { "cache-control": "no-cache" });
    } finally {
      preview.kill("SIGINT");
    }
  });

  /** All that the rules give, and `defaults` where they give nothing. */
  async function comparesWith(url, addresses, defaults) {
    const rules = headerRules(site);
    for (const address of addresses) {
      const response = await fetch(new URL(address.slice(1), url), { method: "HEAD" });
      assert.equal(response.status, 200, address);
      const expected = { ...defaults, ...headersOf(rules, address) };
      for (const name of RULED) {
        const [value, wanted] = [response.headers.get(name), expected[name] ?? null];
        if (name !== "content-type") assert.equal(value, wanted, `${name} at ${address}`);
        else if (wanted) assert.equal(value.split(";")[0], wanted, address);
        else assert.equal(value.startsWith("text/html"), /(\/|\.html)$/.test(address), `only pages are HTML, not ${address}`);
      }
    }
  }
});

describe("the nginx example", () => {
  const get = (address, headers) => fetch(new URL(address, nginx.url), { headers, redirect: "manual" });

  test("answers ranges of the index with these bytes, whatever a client accepts and whatever lies beside", async () => {
    const file = filesBelow(site, ".bin").find((file) => /^search\/files\/terms-[^/]*\.bin$/.test(file));
    const bytes = readFileSync(path.join(site, file));
    writeFileSync(path.join(site, `${file}.gz`), gzipSync(bytes));
    try {
      const response = await get(file, { range: "bytes=100-299", "accept-encoding": "gzip, br" });
      assert.equal(response.status, 206);
      assert.equal(response.headers.get("content-range"), `bytes 100-299/${bytes.length}`);
      assert.equal(response.headers.get("content-encoding"), null);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes.subarray(100, 300));
      assert.equal((await get(file, { range: `bytes=${bytes.length}-` })).status, 416);
    } finally {
      rmSync(path.join(site, `${file}.gz`));
    }
  });

  test("compresses on the way, and sends what was compressed before", async () => {
    const page = await fetch(nginx.url, { headers: { "accept-encoding": "gzip" } });
    assert.equal(page.headers.get("content-encoding"), "gzip");
    assert.match(page.headers.get("vary"), /Accept-Encoding/);
    const style = filesBelow(site, ".css")[0];
    const packed = gzipSync(readFileSync(path.join(site, style)), { level: 9 });
    writeFileSync(path.join(site, `${style}.gz`), packed);
    try {
      const response = await get(style, { "accept-encoding": "gzip" });
      assert.equal(Number(response.headers.get("content-length")), packed.length);
      assert.match(response.headers.get("cache-control"), /immutable/);
      assert.equal(gunzipSync(packed).toString(), await response.text());
    } finally {
      rmSync(path.join(site, `${style}.gz`));
    }
  });

  test("answers with a stranger's file itself, whatever lies beside it", async () => {
    const file = "ana/skills/pdf-tools/files/SKILL.md";
    const text = readFileSync(path.join(site, file), "utf8");
    writeFileSync(path.join(site, `${file}.gz`), gzipSync("<script>alert(1)</script>"));
    try {
      const response = await get(file, { "accept-encoding": "gzip" });
      assert.equal(response.headers.get("content-type"), "text/markdown; charset=utf-8");
      assert.equal(await response.text(), text);
    } finally {
      rmSync(path.join(site, `${file}.gz`));
    }
  });

  test("leads from old names to new ones, from folders to their pages, and says what is missing", async () => {
    const locations = {
      "brook/skills/changelog/": "/brook/skills/changelog-keeper/",
      "brook/skills/changelog": "/brook/skills/changelog-keeper",
      "brook/skills/changelog/changelog.zip": "/brook/skills/changelog-keeper/changelog-keeper.zip",
      "brook/skills/changelog/skill.json": "/brook/skills/changelog-keeper/skill.json",
      "brook/skills/changelog/files/SKILL.md?x": "/brook/skills/changelog-keeper/files/SKILL.md",
      "brook/skills/changelog/a%20b%0d%0aX-Y:%20z": "/brook/skills/changelog-keeper/a%20b%0d%0aX-Y:%20z",
      "ana/skills/pdf-tools": "/ana/skills/pdf-tools/",
      "api/v1/skills/pdf-tools": "/api/v1/skills/pdf-tools/",
    };
    for (const [address, location] of Object.entries(locations)) {
      const response = await get(address);
      assert.equal(response.status, 301, address);
      assert.equal(response.headers.get("location"), location);
    }
    for (const address of ["nobody/skills/nothing/", "api/v1/skills/nothing/", "assets/nothing.js", "search/files/nothing.bin"]) {
      const response = await get(address);
      assert.equal(response.status, 404, address);
      assert.doesNotMatch(response.headers.get("cache-control") ?? "", /max-age/, "an error is not kept");
      assert.match(await response.text(), /<!doctype html>/i);
    }
  });
});
