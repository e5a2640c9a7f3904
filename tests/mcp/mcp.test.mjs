// The official MCP client, over `skillpress mcp`: the same answers from a folder, a plain static host, a host without
// ranges, and the preview server. The client checks every answer against the schema that the tool names.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";

import { buildSite, root, serveFolder, skillpress } from "../browser/site.mjs";

const siteUrl = "https://skills.example/registry/";
let folder;
before(() => { folder = buildSite(siteUrl); });
after(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

/** Starts `skillpress mcp` and shakes hands. */
async function connect(site) {
  const transport = new StdioClientTransport({ command: skillpress, args: ["mcp", "--site", site], stderr: "pipe" });
  const client = new Client({ name: "skillpress-test", version: "1.0.0" });
  client.errors = [];
  client.onerror = (error) => client.errors.push(error);
  await client.connect(transport);
  return client;
}

const call = (client, name, args) => client.callTool({ name, arguments: args });
const text = (result) => result.content[0].text;

/** What must hold wherever the site stands; `url` is where its pages are said to be. */
async function checkSite(client, url) {
  assert.equal(client.getServerVersion().name, "skillpress");
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name).sort(), ["explain_search", "get_skill", "search_skills"]);

  const found = (await call(client, "search_skills", { query: "pull request changelog", limit: 3 })).structuredContent;
  assert.equal(found.complete, true);
  assert.equal(found.results.length, 3);
  const [hit] = found.results;
  const [owner, slug] = hit.id.split("/");
  assert.equal(hit.url, `${url}${owner}/skills/${slug}/`);

  const asked = { query: "pull request changelog", id: hit.id };
  const explained = (await call(client, "explain_search", asked)).structuredContent;
  assert.equal(explained.place, 1);
  assert.equal(explained.url, hit.url);

  const skill = (await call(client, "get_skill", { id: hit.id })).structuredContent;
  const source = path.join(root, "content/skills", owner, slug);
  assert.equal(skill.skill_md, readFileSync(path.join(source, "SKILL.md"), "utf8"));
  assert.equal(skill.url, hit.url);

  for (const file of skill.files.filter((file) => file.resource)) {
    const { contents } = await client.readResource({ uri: file.resource });
    const bytes = contents[0].blob ? Buffer.from(contents[0].blob, "base64") : Buffer.from(contents[0].text);
    assert.equal(bytes.length, file.size);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), file.sha256, file.path);
    assert.deepEqual(bytes, readFileSync(path.join(source, file.path)));
  }
  assert.equal((await client.readResource({ uri: hit.resource })).contents[0].text, skill.skill_md);

  const { resourceTemplates } = await client.listResourceTemplates();
  assert.equal(resourceTemplates.length, 2);
  const uris = [];
  let cursor;
  do {
    const page = await client.listResources(cursor ? { cursor } : {});
    assert.ok(page.resources.length <= 50);
    uris.push(...page.resources.map((resource) => resource.uri));
    cursor = page.nextCursor;
  } while (cursor);
  assert.equal(new Set(uris).size, uris.length);
  assert.ok(uris.includes(skill.skill));
  assert.deepEqual(client.errors, []);
}

describe("a folder", () => {
  let client;
  before(async () => { client = await connect(folder); });
  after(() => client.close());

  test("answers tools and resources", () => checkSite(client, siteUrl));

  test("filters narrow a search, and badges are in its results", async () => {
    const { structuredContent: found } = await call(client, "search_skills", { badge: "official", limit: 50 });
    assert.ok(found.results.length > 0);
    for (const hit of found.results) assert.ok(hit.badges.includes("official"));
    const { id } = found.results[0];
    const owned = (await call(client, "search_skills", { owner: id.split("/")[0] })).structuredContent;
    assert.ok(owned.results.every((hit) => hit.id.startsWith(`${id.split("/")[0]}/`)));
  });

  test("hostile arguments of tools are errors that a model can read", async () => {
    for (const [name, args] of [
      ["search_skills", {}],
      ["search_skills", { query: 42 }],
      ["search_skills", { query: "x".repeat(2_000_000) }],
      ["search_skills", { query: "pdf\u0000\u001b[31m" }],
      ["search_skills", { query: "pdf", limit: -5 }],
      ["search_skills", { query: "pdf", limit: 51 }],
      ["search_skills", { query: "pdf", limit: Number.MAX_VALUE }],
      ["search_skills", { query: "pdf", mode: "sql" }],
      ["search_skills", { query: "pdf", owner: { toString: "ana" } }],
      ["search_skills", { query: "pdf", path: "/etc/passwd" }],
      ["get_skill", {}],
      ["get_skill", { id: 1 }],
      ["get_skill", { id: "../../../etc/passwd" }],
      ["get_skill", { id: "ana/%2e%2e" }],
      ["get_skill", { id: "no-such-owner/no-such-skill" }],
    ]) {
      const result = await call(client, name, args);
      assert.equal(result.isError, true, JSON.stringify(args).slice(0, 100));
      assert.ok(text(result).length < 300);
    }
  });

  test("hostile addresses and names are errors of the protocol", async () => {
    const requests = [
      () => call(client, "no_such_tool", {}),
      () => client.listResources({ cursor: "../../secret" }),
      () => client.listResources({ cursor: "-1" }),
      ...[
        "skill://", "skill://../..", "skill://ana/x/../../../etc/passwd", "skill://ana/x/%2e%2e%2fpasswd",
        "file:///etc/passwd", "skill://no-such-owner/no-such-skill", `skill://ana/${"x".repeat(100_000)}`,
      ].map((uri) => () => client.readResource({ uri })),
    ];
    for (const request of requests) {
      await assert.rejects(request, (error) => error instanceof McpError && [ErrorCode.InvalidParams, -32002].includes(error.code));
    }
    assert.equal((await call(client, "search_skills", { query: "git" })).structuredContent.complete, true);
  });

  test("a closed client ends the server", async () => {
    const other = await connect(folder);
    const { pid } = other.transport;
    await other.close();
    assert.throws(() => process.kill(pid, 0));
  });
});

describe("a plain static server", () => {
  for (const [name, options] of [["with ranges", {}], ["without ranges", { ranges: false }]]) {
    test(`${name} answers the same, and addresses lead to it`, async () => {
      const server = await serveFolder(folder, { prefix: "/some/where/", ...options });
      const client = await connect(server.url);
      try {
        await checkSite(client, server.url);
        assert.ok(server.log.every((entry) => entry.path.startsWith("/some/where/")));
        assert.ok(server.log.length > 0);
      } finally {
        await client.close();
        await server.close();
      }
    });
  }

  test("that fails is said in the answer, and the next answer is right", async () => {
    let isDown = false;
    const server = await serveFolder(folder, { hook: () => (isDown ? 503 : undefined) });
    const client = await connect(server.url);
    try {
      const { id } = (await call(client, "search_skills", { query: "git" })).structuredContent.results[0];
      isDown = true;
      const result = await call(client, "get_skill", { id });
      assert.equal(result.isError, true);
      assert.match(text(result), /cannot be read/);
      isDown = false;
      assert.equal((await call(client, "get_skill", { id })).structuredContent.id, id);
    } finally {
      await client.close();
      await server.close();
    }
  });
});

test("the preview server answers the same", async () => {
  const registry = mkdtempSync(path.join(tmpdir(), "skillpress-mcp-"));
  const content = path.join(root, "content");
  const preview = spawn(skillpress, ["serve", "--content", content, "--addr", "127.0.0.1:0"], { cwd: registry, stdio: ["ignore", "pipe", "ignore"] });
  try {
    const url = await new Promise((resolve, reject) => {
      preview.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
      preview.stdout.on("data", (chunk) => resolve(/serving (http:\S+)/.exec(chunk)?.[1]));
    });
    const client = await connect(url);
    try {
      await checkSite(client, url);
    } finally {
      await client.close();
    }
  } finally {
    preview.kill("SIGINT");
    rmSync(registry, { recursive: true, force: true });
  }
});
