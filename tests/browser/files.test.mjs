// Files that stand in a skill's zip alone are shown on its page: on servers that people have, and from zips that are not
// what they should be.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { launch } from "./chromium.mjs";
import { serveWithNginx } from "./nginx.mjs";
import { serveWithPython } from "./python.mjs";
import { buildSite, serveFolder, skillpress } from "./site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const SCRIPT = "print('größe')\n".repeat(200);
const FILES = {
  "SKILL.md": "---\nname: kit\ndescription: A kit.\n---\nRead [the forms](references/forms.md).\n",
  "references/forms.md": "# Forms\n",
  "scripts/run.py": SCRIPT,
  "scripts/page.html": "<!doctype html><img src=x onerror=alert(1)><script>alert(2)</script>\n",
  "hidden.txt": "pay\u202eyap \u2066a\u2069 b\u200bc \u001b[31m 👩\u200d💻 ❤\ufe0f\r\nend\n",
  "long.txt": "0123456789abcde\n".repeat(20_000),
  "empty.txt": "",
  "icon.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 255]),
  "latin1.txt": Buffer.from("gr\xf6\xdfe", "latin1"),
  "other/read me.txt": "Read me.\n",
};
const KIT = "ana/skills/kit/";

let folder, site, server, browser;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "skillpress-files-"));
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(folder, "content/skills/ana/kit", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  writeFileSync(path.join(folder, "skillpress.toml"), 'title = "Kits"\n[embedding]\nmode = "none"\n');
  site = build("https://skills.example/x/");
  server = await serveFolder(site, { prefix: "/x/", headers: true });
  browser = await launch({ host: "skills.test" });
});
after(async () => {
  await browser?.close();
  await server?.close();
  for (const made of [folder, site && path.dirname(site)]) if (made) rmSync(made, { recursive: true, force: true });
});

function build(baseUrl) {
  return buildSite(baseUrl, { content: path.join(folder, "content"), config: path.join(folder, "skillpress.toml") });
}

let page, complaints;
beforeEach(async () => (page = await newPage()));
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(complaints, []);
});

async function newPage(options) {
  const opened = await (await browser.newContext(options)).newPage();
  complaints = [];
  opened.on("pageerror", (error) => complaints.push(String(error)));
  opened.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  opened.on("dialog", (dialog) => complaints.push(dialog.message()));
  return opened;
}

const link = (name) => page.locator(".files a", { hasText: name });
const dialog = () => page.locator("dialog.file-dialog");
const text = () => dialog().locator("pre").textContent();
const status = () => dialog().locator("[role=status]");

/** Opens a file from the list of a skill's page; waits until it is shown or is said not to be. */
async function open(name, url = server.url) {
  await page.goto(url + KIT);
  await link(name).click();
  await dialog().locator("pre:not([hidden]), [role=status]:not(:text('Loading'))").first().waitFor({ state: "attached" });
}

describe("on every kind of server a file is shown as it is", () => {
  async function shows(url) {
    const answers = [];
    page.on("response", (response) => response.url().endsWith(".zip") && answers.push(response));
    await open("scripts/run.py", url);
    assert.equal(await text(), SCRIPT);
    return answers.map((answer) => [answer.status(), answer.request().headers().range]);
  }
  const place = () => JSON.parse(readFileSync(path.join(site, KIT, "skill.json"), "utf8"))
    .files.find((file) => file.path === "scripts/run.py").zip;

  test("nginx: one range of the zip", async () => {
    const root = build("https://skills.example/");
    const nginx = await serveWithNginx(root);
    try {
      const { offset, size } = place();
      assert.deepEqual(await shows(nginx.url), [[206, `bytes=${offset}-${offset + size - 1}`]]);
    } finally {
      await nginx.close();
      rmSync(path.dirname(root), { recursive: true, force: true });
    }
  });

  test("Python, which has no ranges: the zip once", async () => {
    const root = build("https://skills.example/");
    const python = await serveWithPython(root);
    try {
      assert.deepEqual((await shows(python.url)).map(([status]) => status), [200]);
      // From what the browser has kept, after asking whether it changed.
      await open("other/read me.txt", python.url);
      assert.equal(await text(), FILES["other/read me.txt"]);
    } finally {
      await python.close();
      rmSync(path.dirname(root), { recursive: true, force: true });
    }
  });

  test("skillpress serve", async () => {
    const preview = spawn(skillpress, ["serve", "--addr", "127.0.0.1:0"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
    try {
      const url = await new Promise((resolve, reject) => {
        preview.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
        preview.stdout.on("data", (chunk) => resolve(/serving (http:\S+)/.exec(chunk)?.[1]));
      });
      assert.deepEqual((await shows(url)).map(([status]) => status), [206]);
    } finally {
      preview.kill("SIGINT");
    }
  });

  test("below a path, with the headers of the site", async () => {
    assert.deepEqual((await shows(server.url)).map(([status]) => status), [206]);
  });

  test("plain http from another machine, where a browser gives no digests", async () => {
    const { port } = new URL(server.url);
    const url = `http://skills.test:${port}/x/`;
    await shows(url);
    assert.equal(await page.evaluate(() => isSecureContext || Boolean(crypto.subtle)), false);
    await damaged((bytes) => (bytes[place().offset + 9] ^= 1), async () => {
      await open("scripts/run.py", url);
      assert.match(await status().textContent(), /was damaged or replaced/);
    });
  });
});

/** Runs `check` while the zip of the skill is another: its bytes as `change` leaves them, or what that returns. */
async function damaged(change, check) {
  const file = path.join(site, KIT, "kit.zip");
  const good = readFileSync(file);
  const bytes = Buffer.from(good);
  const other = change(bytes);
  if (other === null) rmSync(file);
  else writeFileSync(file, Buffer.isBuffer(other) ? other : bytes);
  try {
    await check();
  } finally {
    writeFileSync(file, good);
  }
}

test("a visit loads nothing of this before somebody opens a file", async () => {
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  await page.goto(server.url + KIT, { waitUntil: "networkidle" });
  assert.ok(requested.length <= 4, requested.join(" "));
  assert.ok(!requested.some((url) => /file-dialog|skill-file|skill\.json/.test(url)));
});

test("a stranger's page is shown as text, and saved under its own name with its own bytes", async () => {
  await open("scripts/page.html");
  assert.equal(await text(), FILES["scripts/page.html"]);
  assert.equal(await dialog().locator("img, script").count(), 0);
  const [download] = await Promise.all([page.waitForEvent("download"), dialog().getByRole("button", { name: "Save" }).click()]);
  assert.equal(download.suggestedFilename(), "page.html");
  assert.equal(readFileSync(await download.path(), "utf8"), FILES["scripts/page.html"]);
  assert.equal(page.url(), `${server.url}${KIT}`);
});

test("characters that show nothing or turn text around are named; what is copied has them", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("hidden.txt");
  assert.equal(await text(), "pay[U+202E]yap [U+2066]a[U+2069] b[U+200B]c [U+001B][31m 👩\u200d💻 ❤\ufe0f\nend\n");
  await dialog().getByRole("button", { name: "Copy" }).click();
  await dialog().getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), FILES["hidden.txt"]);
});

test("of a long text the beginning is shown, and all of it saved", async () => {
  await open("long.txt");
  assert.equal((await text()).length, 200_000);
  assert.match(await status().textContent(), /This is the beginning/);
  const [download] = await Promise.all([page.waitForEvent("download"), dialog().getByRole("button", { name: "Save" }).click()]);
  assert.equal(readFileSync(await download.path(), "utf8"), FILES["long.txt"]);
});

test("what is no text is offered to be saved, and an empty file is said to be empty", async () => {
  for (const name of ["icon.png", "latin1.txt"]) {
    await open(name);
    assert.match(await status().textContent(), /no text\. Save it/);
    assert.equal(await dialog().locator("pre").isVisible(), false);
    assert.equal(await dialog().getByRole("button", { name: "Copy" }).isVisible(), false);
    const [download] = await Promise.all([page.waitForEvent("download"), dialog().getByRole("button", { name: "Save" }).click()]);
    assert.deepEqual(readFileSync(await download.path()), FILES[name]);
  }
  await open("empty.txt");
  assert.match(await status().textContent(), /empty/);
});

test("the keyboard opens and closes a file, and is back where it was", async () => {
  await page.goto(server.url + KIT);
  await link("other/read me.txt").focus();
  await page.keyboard.press("Enter");
  await dialog().locator("pre:not([hidden])").waitFor();
  assert.equal(await dialog().evaluate((element) => element.contains(document.activeElement)), true);
  assert.equal(await page.getByRole("dialog", { name: "other/read me.txt" }).count(), 1);
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "other/read me.txt");
  await page.keyboard.press("Enter");
  await dialog().getByRole("button", { name: "Close" }).click();
  await dialog().waitFor({ state: "detached" });
});

test("a zip that was damaged, replaced or taken away is said to be, with the link to it", async () => {
  const skill = JSON.parse(readFileSync(path.join(site, KIT, "skill.json"), "utf8"));
  const { offset } = skill.files.find((file) => file.path === "scripts/run.py").zip;
  for (const [change, sentence] of [
    [(bytes) => (bytes[offset + 9] ^= 1), /scripts\/run\.py of ana\/kit was damaged or replaced/],
    [(bytes) => bytes.subarray(0, offset + 9), /was damaged or replaced/],
    [() => readFileSync(path.join(site, KIT, "skill.json")), /was damaged or replaced/],
    [() => null, /answers 404 for kit\.zip/],
  ]) {
    await damaged(change, async () => {
      await open("scripts/run.py");
      assert.match(await status().textContent(), sentence);
      assert.equal(await dialog().locator("pre").isVisible(), false);
      assert.equal(await dialog().getByRole("link").getAttribute("href"), `${server.url}${KIT}kit.zip`);
    });
  }
  // What the browser says of the missing zip itself.
  complaints = complaints.filter((complaint) => !/status of 404/.test(complaint));
});

test("a file with a copy is a link to it", async () => {
  await page.goto(server.url + KIT);
  await link("references/forms.md").click();
  await page.waitForURL(`${server.url}${KIT}files/references/forms.md`);
});

test("a click that opens elsewhere, and a browser that cannot inflate, lead to the zip", async () => {
  await page.goto(server.url + KIT);
  const [beside] = await Promise.all([page.waitForEvent("download"), link("scripts/run.py").click({ modifiers: ["Alt"] })]);
  assert.equal(beside.suggestedFilename(), "kit.zip");
  await page.addInitScript(() => delete globalThis.DecompressionStream);
  await page.reload();
  const [download] = await Promise.all([page.waitForEvent("download"), link("scripts/run.py").click()]);
  assert.equal(download.suggestedFilename(), "kit.zip");
});

test("without script, a file that has no copy leads to the zip", async () => {
  page = await newPage({ javaScriptEnabled: false });
  await page.goto(server.url + KIT);
  const [download] = await Promise.all([page.waitForEvent("download"), link("scripts/run.py").click()]);
  assert.equal(download.suggestedFilename(), "kit.zip");
});

for (const colorScheme of ["light", "dark"]) {
  test(`the dialog has no serious accessibility issue and fits a phone (${colorScheme})`, async () => {
    page = await newPage({ colorScheme, bypassCSP: true, viewport: { width: 360, height: 740 } });
    const check = async (what) => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document));
      const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(bad.map((issue) => `${issue.id}: ${issue.nodes.map((node) => node.html).slice(0, 2).join(" | ")}`), [], what);
      const { left, right, bottom } = await dialog().evaluate((element) => element.getBoundingClientRect().toJSON());
      assert.ok(left >= 0 && right <= 360 && bottom <= 740, `${what}: ${left} ${right} ${bottom}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
    };
    for (const name of ["scripts/run.py", "long.txt", "icon.png"]) {
      await open(name);
      await check(name);
    }
    await damaged(() => Buffer.from("PK"), async () => {
      await open("scripts/run.py");
      await check("an error");
    });
  });
}
