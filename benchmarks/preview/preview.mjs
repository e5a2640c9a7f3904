// How long after saving an edit an open page shows it, and how long after that search has it.
//
//   cargo build --release
//   npm --prefix tests/browser ci
//   node benchmarks/preview/preview.mjs CONTENT [EDITS]
//
// CONTENT is copied; nothing is written into it. Each edit (10 of each kind) is timed in the open page of a skill, from
// before the file is written until the page's text has the new words, with the watching, the rendering, the reload and
// the drawing in it. The page of the badge file is that of the badge.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { launch } from "../../tests/browser/chromium.mjs";
import { root } from "../../tests/browser/site.mjs";

const [from, nEdits = 10] = process.argv.slice(2);
if (!from) throw new Error("name the content folder to copy");
const skillpress = process.env.SKILLPRESS ?? path.join(root, "target/release/skillpress");
const folder = mkdtempSync(path.join(tmpdir(), "skillpress-preview-"));
const content = path.join(folder, "content");
cpSync(from, content, { recursive: true });

/** Skills with a SKILL.md, evenly spread. */
function someSkills(count) {
  const all = readdirSync(path.join(content, "skills")).sort().flatMap((owner) =>
    readdirSync(path.join(content, "skills", owner)).sort().map((slug) => `${owner}/${slug}`))
    .filter((name) => existsSync(path.join(content, "skills", name, "SKILL.md")));
  return { n: all.length, names: Array.from({ length: count }, (_, idx) => all[Math.floor((idx * all.length) / count)]) };
}

const { n, names } = someSkills(Number(nEdits));
const badgeFile = path.join(content, "badges/official.toml");
const badge = (label) => `label = "${label}"\ndescription = "Known to the registry."\n\n`
  + names.map((name) => `[[award]]\nskill = "${name}"\n`).join("\n");
mkdirSync(path.dirname(badgeFile), { recursive: true });
writeFileSync(badgeFile, badge("Official"));
const statsFile = path.join(content, "stats.csv");
const stats = (count) => `skill,downloads,stars\n${names.map((name) => `${name},${count},1\n`).join("")}`;
writeFileSync(statsFile, stats(1));

const start = performance.now();
const preview = spawn(skillpress, ["serve", "--addr", "127.0.0.1:0"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
const said = [];
preview.stderr.on("data", (chunk) => said.push(String(chunk)));
const url = await new Promise((resolve, reject) => {
  preview.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${said.join("")}`)));
  preview.stdout.on("data", (chunk) => {
    const match = /serving (http:\S+)/.exec(chunk);
    if (match) resolve(match[1]);
  });
});
const seconds = (ms) => Math.round(ms) / 1000;
console.log(`${n} skills; first site after ${seconds(performance.now() - start)} s; load ${loadavg()[0]}`);

const browser = await launch();
const page = await browser.newPage();

/** Opens the page, saves the file, and gives the times until the page and until search have it. */
async function time(link, save, words) {
  await page.goto(url + link);
  await caughtUp();
  const saved = performance.now();
  const used = cpuSeconds();
  save();
  // The page reloads on the way, which ends what was waited for in it.
  for (;;) {
    try {
      await page.getByText(words).first().waitFor({ state: "attached", timeout: 60_000 });
      break;
    } catch (error) {
      if (!/navigat|context/i.test(String(error))) throw error;
    }
  }
  const shown = performance.now() - saved;
  const cpu = cpuSeconds() - used;
  await caughtUp();
  return { shown, cpu, search: performance.now() - saved };
}

/** What the preview has used so far; not a number where there is no /proc. Unlike times, it hardly depends on load. */
function cpuSeconds() {
  const stat = `/proc/${preview.pid}/stat`;
  if (!existsSync(stat)) return NaN;
  const fields = readFileSync(stat, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Follows the events of the preview until search is current. */
async function caughtUp() {
  const response = await fetch(new URL("/-/events", url));
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (/event: search\ndata: current/.test(text)) break;
  }
}

function report(kind, times) {
  const sorted = (key) => times.map((time) => time[key]).sort((a, b) => a - b);
  const median = (list) => (list[(list.length - 1) >> 1] + list[list.length >> 1]) / 2;
  const [shown, search] = [sorted("shown"), sorted("search")];
  console.log(`${kind}: page ${seconds(median(shown))} s (${seconds(shown[0])} to ${seconds(shown.at(-1))}), `
    + `${median(sorted("cpu")).toFixed(2)} s CPU until then; search ${seconds(median(search))} s; median of ${times.length}; load ${loadavg()[0]}`);
}

try {
  const times = { skill: [], badge: [], counts: [] };
  for (const [idx, name] of names.entries()) {
    const [owner, slug] = name.split("/");
    const link = `${owner}/skills/${slug}/`;
    const file = path.join(content, "skills", name, "SKILL.md");
    const words = `Edit number ${idx} of this benchmark`;
    times.skill.push(await time(link, () => writeFileSync(file, `${readFileSync(file, "utf8")}\n\n${words}.\n`), words));
    times.badge.push(await time(link, () => writeFileSync(badgeFile, badge(`Vetted ${idx}`)), `Vetted ${idx}`));
    // No page has such a number yet.
    const thousands = 700 + idx;
    times.counts.push(await time(link, () => writeFileSync(statsFile, stats(1000 * thousands)), `${thousands}k`));
    await sleep(100);
  }
  report("SKILL.md", times.skill);
  report("badge file", times.badge);
  report("counts", times.counts);
} finally {
  await browser.close();
  preview.kill("SIGINT");
  await new Promise((resolve) => preview.once("exit", resolve));
  rmSync(folder, { recursive: true, force: true });
  if (process.env.VERBOSE) console.error(said.join(""));
}
