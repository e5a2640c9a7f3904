// Files out of zips, from hosts that are well, that give no ranges, and that lie: node --test.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";

import { readSkillFile } from "./skill-file.mjs";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const PAGE = "https://skills.example/registry/ana/skills/pdf-tools/";
const README = Buffer.from("# PDF tools\n");
const SCRIPT = Buffer.from("print('größe')\n".repeat(40));
const PICTURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]);

/** A zip as far as a reader of places sees it: packed bytes between others. */
function packed() {
  const parts = [
    ["scripts/read.py", SCRIPT, 8, deflateRawSync(SCRIPT)],
    ["icon.png", PICTURE, 0, PICTURE],
    ["empty", Buffer.alloc(0), 8, deflateRawSync("")],
    ["nothing", Buffer.alloc(0), 0, Buffer.alloc(0)],
  ];
  let zip = Buffer.from("PK");
  const files = parts.map(([path, bytes, method, data]) => {
    const offset = zip.length + 7;
    zip = Buffer.concat([zip, Buffer.alloc(7, "-"), data]);
    return { path, size: bytes.length, sha256: sha256(bytes), zip: { offset, size: data.length, method } };
  });
  return { zip: Buffer.concat([zip, Buffer.from("the central directory, which compresses: ".repeat(9))]), files };
}

/** The record, the files of the folder, and a host of them; `change` edits each before it is read. */
function skill(change = () => {}) {
  const { zip, files } = packed();
  const readme = { path: "README.md", size: README.length, sha256: sha256(README), url: `${PAGE}files/README.md` };
  const record = {
    owner: "ana", slug: "pdf-tools", url: PAGE, files: [readme, ...files],
    zip: { url: `${PAGE}pdf-tools.zip`, size: zip.length },
  };
  const folder = { "files/README.md": README, "pdf-tools.zip": zip };
  change(record, folder);
  return { record, folder };
}

/** Answers as hosts do, and keeps what was asked. */
function host({ folder }, answer = withRanges) {
  const asked = [];
  const read = async (name, headers = {}) => {
    asked.push([name, headers.Range].filter(Boolean).join(" "));
    const bytes = folder[name];
    return bytes ? answer(bytes, headers.Range) : new Response("no", { status: 404 });
  };
  return { read, asked };
}

function withRanges(bytes, range) {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (!first) return new Response(bytes);
  if (Number(first) >= bytes.length) return new Response("", { status: 416 });
  const part = bytes.subarray(Number(first), Number(last) + 1);
  const headers = { "content-range": `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}` };
  return new Response(part, { status: 206, headers });
}

const withoutRanges = (bytes) => new Response(bytes);
const fails = (promise, code, sentence) => assert.rejects(promise, (error) => {
  assert.equal(error.code, code, error.message);
  assert.match(error.message, sentence);
  return true;
});

test("a copy is read as it is", async () => {
  const site = skill();
  const { read, asked } = host(site);
  assert.deepEqual(Buffer.from(await readSkillFile(site.record, "README.md", read)), README);
  assert.deepEqual(asked, ["files/README.md"]);
});

test("a file without a copy is one range of the zip: its packed bytes and no other", async () => {
  const site = skill();
  const { read, asked } = host(site);
  const { offset, size } = site.record.files[1].zip;
  assert.deepEqual(Buffer.from(await readSkillFile(site.record, "scripts/read.py", read)), SCRIPT);
  assert.deepEqual(asked, [`pdf-tools.zip bytes=${offset}-${offset + size - 1}`]);
});

test("files that are stored or empty are read too", async () => {
  for (const answer of [withRanges, withoutRanges]) {
    const site = skill();
    const { read } = host(site, answer);
    assert.deepEqual(Buffer.from(await readSkillFile(site.record, "icon.png", read)), PICTURE);
    assert.equal((await readSkillFile(site.record, "empty", read)).length, 0);
    assert.equal((await readSkillFile(site.record, "nothing", read)).length, 0);
  }
});

test("where a host sends whole files only, the first answer is all that is needed", async () => {
  const site = skill();
  const { read, asked } = host(site, withoutRanges);
  assert.deepEqual(Buffer.from(await readSkillFile(site.record, "scripts/read.py", read)), SCRIPT);
  assert.equal(asked.length, 1);
});

describe("a host whose ranges are no ranges of the zip is asked for the whole", () => {
  for (const [name, answer] of [
    ["it counts in compressed bytes", (bytes, range) => range ? withRanges(gzipSync(bytes), range) : new Response(bytes)],
    ["it compresses what it cuts", (bytes, range) => {
      const answer = withRanges(bytes, range);
      if (range) answer.headers.set("content-encoding", "br");
      return answer;
    }],
    ["it cuts too little", (bytes, range) => {
      const { headers, status } = withRanges(bytes, range);
      return new Response(range ? bytes.subarray(0, 3) : bytes, { headers, status });
    }],
    ["it breaks off", (bytes, range) => {
      const { headers, status } = withRanges(bytes, range);
      const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError("network")) });
      return new Response(range ? broken : bytes, { headers, status });
    }],
    ["it refuses", (bytes, range) => range ? new Response("", { status: 416 }) : new Response(bytes)],
  ]) {
    test(name, async () => {
      const site = skill();
      const { read, asked } = host(site, answer);
      assert.deepEqual(Buffer.from(await readSkillFile(site.record, "scripts/read.py", read)), SCRIPT);
      assert.deepEqual(asked.slice(1), ["pdf-tools.zip"]);
    });
  }
});

test("a damaged or replaced zip is an error, and never another file's bytes", async () => {
  const other = Buffer.from("print('other!')\n".repeat(40));
  for (const change of [
    (record, folder) => folder["pdf-tools.zip"][record.files[1].zip.offset + 3] ^= 4,
    (record, folder) => folder["pdf-tools.zip"] = Buffer.concat([Buffer.alloc(9), deflateRawSync(other), Buffer.alloc(99)]),
    (record, folder) => folder["pdf-tools.zip"] = Buffer.from("PK"),
    (record) => record.files[1].zip = record.files[2].zip,
  ]) {
    for (const answer of [withRanges, withoutRanges]) {
      const site = skill(change);
      const { read } = host(site, answer);
      await fails(readSkillFile(site.record, "scripts/read.py", read), "damaged", /^scripts\/read\.py of ana\/pdf-tools was damaged or replaced/);
    }
  }
});

test("a damaged or longer copy is an error", async () => {
  for (const bytes of ["# PDF tooLs\n", "# PDF tools\n\n", "# PDF"]) {
    const site = skill((record, folder) => folder["files/README.md"] = Buffer.from(bytes));
    await fails(readSkillFile(site.record, "README.md", host(site).read), "damaged", /damaged or replaced/);
  }
});

test("a record that lies gets nothing read outside of its folder, and no more than there can be", async () => {
  for (const lie of [
    { zip: { offset: 10 ** 9, size: 5, method: 8 } },
    { zip: { offset: -5, size: 5, method: 8 } },
    { zip: { offset: 1.5, size: 5, method: 8 } },
    { zip: { offset: "2", size: 5, method: 8 } },
    { zip: { offset: 2, size: 10 ** 9, method: 8 } },
    { zip: { offset: 2, size: 5, method: 99 } },
    { zip: undefined },
    { url: "https://elsewhere.example/files/read.py" },
  ]) {
    const site = skill((record) => Object.assign(record.files[1], lie));
    const { read, asked } = host(site);
    await assert.rejects(readSkillFile(site.record, "scripts/read.py", read), { code: "damaged" });
    assert.deepEqual(asked, []);
  }
  for (const lie of [{ size: SCRIPT.length - 1 }, { size: 0 }, { size: -1 }, { sha256: sha256("") }]) {
    const site = skill((record) => Object.assign(record.files[1], lie));
    await assert.rejects(readSkillFile(site.record, "scripts/read.py", host(site).read), { code: "damaged" });
  }
});

test("a bomb is not inflated further than the file is long", async () => {
  const bomb = deflateRawSync(Buffer.alloc(200 * 2 ** 20));
  const site = skill((record, folder) => {
    folder["pdf-tools.zip"] = bomb;
    record.zip.size = bomb.length;
    record.files[1].zip = { offset: 0, size: bomb.length, method: 8 };
  });
  let inflated = 0;
  const Real = globalThis.DecompressionStream;
  globalThis.DecompressionStream = class {
    constructor(format) {
      const { writable, readable } = new Real(format);
      const transform = (chunk, controller) => {
        inflated += chunk.length;
        controller.enqueue(chunk);
      };
      Object.assign(this, { writable, readable: readable.pipeThrough(new TransformStream({ transform })) });
    }
  };
  try {
    await assert.rejects(readSkillFile(site.record, "scripts/read.py", host(site).read), { code: "damaged" });
  } finally {
    globalThis.DecompressionStream = Real;
  }
  assert.ok(inflated < 20 * 2 ** 20, `${inflated} bytes`);
});

test("what is too large is not read, and the host is told to stop", async () => {
  const site = skill((record) => Object.assign(record.files[1], { size: 64 * 2 ** 20 + 1 }));
  await fails(readSkillFile(site.record, "scripts/read.py", host(site).read), "too-large", /^scripts\/read\.py is too large/);
  const far = skill((record) => {
    record.files[1].zip.offset = 64 * 2 ** 20;
    record.zip.size = 2 ** 30;
  });
  let isStopped = false;
  const endless = () => new Response(new ReadableStream({ cancel: () => (isStopped = true) }));
  await fails(readSkillFile(far.record, "scripts/read.py", host(far, endless).read), "too-large", /pdf-tools\.zip as a whole only/);
  assert.ok(isStopped);
});

test("what is not there is an error with its name", async () => {
  const site = skill((record, folder) => {
    delete folder["pdf-tools.zip"];
    delete folder["files/README.md"];
  });
  const { read } = host(site);
  await fails(readSkillFile(site.record, "../../secret", read), "missing", /ana\/pdf-tools has no file \.\.\/\.\.\/secret/);
  await fails(readSkillFile(site.record, "README.md", read), "host", /answers 404 for files\/README\.md/);
  await fails(readSkillFile(site.record, "scripts/read.py", read), "host", /answers 404 for pdf-tools\.zip/);
});

test("where a browser has no `crypto.subtle`, digests are the same", async () => {
  const { crypto } = globalThis;
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  try {
    // Every length around the end of a block.
    for (let length = 0; length < 200; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, idx) => (idx * 7 + length) & 255));
      const site = skill((record, folder) => {
        folder["files/README.md"] = bytes;
        Object.assign(record.files[0], { size: length, sha256: sha256(bytes) });
      });
      assert.deepEqual(Buffer.from(await readSkillFile(site.record, "README.md", host(site).read)), bytes);
    }
    const site = skill((record, folder) => folder["files/README.md"] = Buffer.from("# PDF tooLs\n"));
    await assert.rejects(readSkillFile(site.record, "README.md", host(site).read), { code: "damaged" });
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  }
});
