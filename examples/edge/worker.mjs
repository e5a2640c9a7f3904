// An edge function for a skillpress site: the routes of the API that files cannot answer, over the site's own files.
//
// It answers /api/v1/search, /download, /resolve, and /api/v1/skills/{slug} with its /versions, /file and /install;
// everything else is the file. That is what the `clawhub` client needs beyond files, so the site is built for it:
//
//     [hosting]
//     mode = "edge"
//
// The default export is a handler for hosts that put the site's files at `env.ASSETS`; for other hosts, pass your own
// way to read a file to `createHandler`. Nothing is kept but the catalog, for searches. `skill-file.mjs` takes files out
// of zips; `search.mjs` has the site's own search, for hosts that can run it.

import { SkillFileError, nameInFolder, readSkillFile } from "./skill-file.mjs";

export default {
  fetch(request, env) {
    files = (path, headers) => env.ASSETS.fetch(new URL(path, request.url), { headers });
    handler ??= createHandler({ readFile: (path, headers) => files(path, headers) });
    return handler(request);
  },
};
let files, handler;

/**
 * Makes a handler from a request to the promise of a response.
 *
 * `readFile(path, headers)` gives the response of the site's file at `path`, which starts with `/` and the base path; a
 * path that ends in `/` means the document of that folder. `headers` may hold a `Range`, for a part of a zip; a host that
 * answers with the whole is understood too. `basePath` is where the site stands on its host.
 * `search(query, { limit, badge, catalog })` gives `[{ id: "owner/slug", score, fits }]`, the best first; `fits: false` marks
 * what is only near. `catalog()` is the promise of all entries by id. The default looks for words in names and
 * descriptions; `siteSearch` ranks as pages do.
 */
export function createHandler({ readFile, basePath = "/", search = scan }) {
  const site = new Site(readFile, basePath, search);
  return async (request) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith(`${basePath}api/v1/`)) return site.file(url.pathname);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "the API only reads; use GET", { allow: "GET, HEAD" });
    }
    const response = await respond(site, url);
    if (request.method !== "HEAD") return response;
    response.body?.cancel();
    return new Response(null, response);
  };
}

async function respond(site, url) {
  try {
    const route = url.pathname.slice(site.basePath.length).replace(/\/$/, "").split("/").slice(2).map(decodeURIComponent);
    return await site.answer(route, url.searchParams, url.pathname);
  } catch (error) {
    if (error instanceof Response) return error;
    if (error instanceof URIError) return text(400, "the address is not UTF-8");
    throw error;
  }
}

class Site {
  constructor(readFile, basePath, search) {
    Object.assign(this, { readFile, basePath, search });
  }

  /** The file, or where it is now that its skill has another name. */
  async file(path) {
    const response = await this.readFile(path);
    if (response.status !== 404) return response;
    return (await this.#moved(path.slice(this.basePath.length))) ?? response;
  }

  /** A skill's record stands under its old names too, and says the new one. */
  async #moved(path) {
    const [, owner, slug, rest] = /^([^/]+)\/skills\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (!rest) return null;
    const found = await this.readFile(`${this.basePath}${owner}/skills/${slug}/skill.json`);
    if (!found.ok) return null;
    const record = await found.json();
    if (record.owner === owner && record.slug === slug) return null;
    const isZip = rest.endsWith(".zip") && !rest.includes("/");
    const name = isZip ? nameInFolder(record, record.zip.url) : rest;
    return answer(null, "text/plain; charset=utf-8", { location: this.basePath + folder(record) + name }, 301);
  }

  answer(route, query, path) {
    const [name, slug, part, ...rest] = route;
    if (route.length === 1 && name === "search") return this.#search(query);
    if (route.length === 1 && name === "download") return this.#download(query);
    if (route.length === 1 && name === "resolve") return this.#resolve(query);
    if (name === "skills" && slug && !part) return this.#skill(slug, query);
    if (name === "skills" && slug && part === "file" && !rest.length) return this.#file(slug, query);
    if (name === "skills" && part === "versions" && rest.length < 2) return this.#versions(slug, rest[0], query);
    if (name === "skills" && slug && part === "install" && !rest.length) return this.#install(slug, query, path);
    if (name === "skills" && slug && part === "why" && !rest.length) {
      throw text(501, "this server does not explain searches; `skillpress search QUERY --why OWNER/SLUG` does");
    }
    // The list of skills is the document of a folder; a host that does not say so itself is told here.
    return this.readFile(name === "skills" && !path.endsWith("/") ? `${path}/` : path);
  }

  async #search(query) {
    const limit = Math.min(number(query.get("limit") ?? "25"), 100);
    const badge = flag(query, "highlightedOnly") ? "highlighted" : null;
    const mode = query.get("mode");
    if (mode !== null && mode !== "exact") throw text(400, "`mode` is `exact`, or is left out for a search by words");
    const words = (query.get("q") ?? "").trim();
    const catalog = () => this.#catalog();
    const find = mode === "exact" ? exact : this.search;
    const hits = words ? await find(words, { limit, badge, catalog }) : [];
    const entries = await catalog();
    const results = hits
      .filter(({ id }) => entries.has(id))
      .slice(0, limit)
      .map(({ id, score, fits = true }) => hit(entries.get(id), score, fits));
    return json({ results });
  }

  async #download(query) {
    const record = await this.#record(required(query, "slug"), query);
    const { folder, record: asked } = await this.#asked(record, query);
    const zip = await this.#read(folder + nameInFolder(asked, asked.zip.url));
    return answer(zip.body, "application/zip", { "content-disposition": `attachment; filename="${record.slug}.zip"` });
  }

  async #resolve(query) {
    const slug = required(query, "slug");
    const hash = required(query, "hash").toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(hash)) throw text(400, "`hash` is 64 hexadecimal digits");
    const record = await this.#record(slug, query);
    const version = { version: record.version };
    const isMatch = (await fingerprint(record.files)) === hash;
    return json({ slug: record.slug, match: isMatch ? version : null, latestVersion: version });
  }

  async #skill(slug, query) {
    const document = await this.#document(slug);
    if (document.skill && !query.has("ownerHandle")) return json(document);
    const record = await this.#record(slug, query);
    return json(document.skill ? document : detail(record));
  }

  /** The list of versions, or one of them; the current one has files, and those old ones whose files are kept. */
  async #versions(slug, version, query) {
    const record = await this.#record(slug, query);
    const items = versions(record);
    if (version === undefined) return json({ slug: record.slug, items, nextCursor: null });
    const item = items.find((item) => item.version === version);
    if (!item) throw text(404, `\`${record.owner}/${record.slug}\` has no such version`);
    const { files } = version === record.version ? record : item.url ? (await this.#release(record, item)).record : {};
    return json({
      skill: { slug: record.slug, displayName: record.name },
      version: {
        ...item,
        license: license(record),
        ...(record.license && { declaredLicense: record.license }),
        // How a file runs and where it is in the zip stands in the record alone.
        ...(files && { files: files.map(({ mode, zip, ...file }) => file) }),
      },
    });
  }

  async #file(slug, query) {
    const record = await this.#record(slug, query);
    const path = required(query, "path");
    const isPreview = flag(query, "preview");
    const { folder, record: asked } = await this.#asked(record, query);
    const read = (name, headers) => this.readFile(this.basePath + folder + name, headers);
    const bytes = await readSkillFile(asked, path, read).catch((error) => {
      if (!(error instanceof SkillFileError)) throw error;
      if (error.code === "missing") throw text(404, error.message);
      throw text(502, `${error.message}; the zip is at ${asked.zip.url}`);
    });
    const isText = isUtf8(bytes);
    if (isPreview && !(isText && bytes.length <= PREVIEW_MAX_BYTES)) {
      throw text(415, `only text of at most ${PREVIEW_MAX_BYTES} bytes has a preview`);
    }
    // Whatever a stranger's file is, a browser shows it as text or stores it.
    return answer(bytes, isText ? "text/plain; charset=utf-8" : "application/octet-stream", {
      "content-length": String(bytes.length),
      "content-security-policy": "default-src 'none'; sandbox",
      etag: `"${asked.files.find((file) => file.path === path).sha256}"`,
    });
  }

  /** The record of the version or tag in the query, or of the current version, and the folder that it is of. */
  async #asked(record, query) {
    const tag = query.get("tag");
    const version = query.get("version");
    if (tag !== null && tag !== "latest") throw text(404, "the only tag is `latest`");
    if (version === null || version === record.version) return { folder: folder(record), record };
    const item = versions(record).find((item) => item.version === version);
    if (!item) throw text(404, "there is no such version");
    if (!item.url) throw text(410, `the files of this version are not kept; the skill is at ${record.version}`);
    return this.#release(record, item);
  }

  /** The record of an old version whose files are kept stands beside its zip, as that of the skill does. */
  async #release(record, item) {
    const name = folder(record) + nameInFolder(record, item.url);
    return { folder: name, record: await (await this.#read(`${name}skill.json`)).json() };
  }

  /** Where a client gets the skill: the file that says so, or else from here. */
  async #install(slug, query, path) {
    const file = await this.readFile(path);
    if (file.ok && !query.has("ownerHandle")) return file;
    const record = await this.#record(slug, query);
    const download = `api/v1/download?slug=${record.slug}&ownerHandle=${record.owner}`;
    const downloadUrl = new URL(`../../../${download}`, record.url).href;
    return json({ ok: true, slug: record.slug, installKind: "archive", archive: { version: record.version, downloadUrl } });
  }

  /** What the file for a slug says: one skill, or the owners who use it. */
  async #document(slug) {
    const response = await this.#read(`api/v1/skills/${encodeURIComponent(slug)}/`, "Skill not found");
    return response.json();
  }

  /** The record of the skill that a slug and the query's `ownerHandle` name. */
  async #record(slug, query) {
    const document = await this.#document(slug);
    const handle = query.get("ownerHandle")?.replace(/^@/, "").toLowerCase();
    const choices = document.skill
      ? [{ ownerHandle: document.owner.handle, slug: document.skill.slug }]
      : document.ambiguous;
    const chosen = choices.filter(({ ownerHandle }) => !handle || ownerHandle.toLowerCase() === handle);
    // An owner may be one that the skill had before, under which its record stands too.
    if (chosen.length === 0) chosen.push({ ownerHandle: handle, slug });
    if (chosen.length > 1) {
      const owners = chosen.map(({ ownerHandle }) => ownerHandle).join(", ");
      throw text(409, `AMBIGUOUS_SKILL_SLUG: add \`ownerHandle=\` and one of ${owners}`);
    }
    const [{ ownerHandle, slug: current }] = chosen;
    const response = await this.#read(`${ownerHandle}/skills/${current}/skill.json`, "Skill not found");
    return response.json();
  }

  /** All entries of the catalog by id; read once for as long as the host keeps this function. */
  #catalog() {
    this.entries ??= this.#readCatalog().catch((error) => {
      this.entries = undefined;
      throw error;
    });
    return this.entries;
  }

  async #readCatalog() {
    const { shards } = await (await this.#read("api/v1/catalog/manifest.json")).json();
    const parts = await Promise.all(shards.map(async ({ url }) => (await this.#read(`api/v1/catalog/${url}`)).json()));
    const entries = parts.flatMap(({ skills }) => skills).map((entry) => [`${entry.owner}/${entry.slug}`, entry]);
    return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #read(path, missing = "there is no such file") {
    const response = await this.readFile(this.basePath + path);
    if (response.status === 404) throw text(404, missing);
    if (!response.ok) throw text(502, `a file of the site answers ${response.status}`);
    return response;
  }
}

/** Largest file that is answered as a preview. */
const PREVIEW_MAX_BYTES = 200_000;

/** Where the files of a skill are, below the root of this site, which may be a copy on another host than the record says. */
function folder({ owner, slug }) {
  return `${owner}/skills/${slug}/`;
}

/** All versions of a skill, the current one first; sites built before say the current one alone. */
function versions({ versions, version, updatedAt }) {
  return versions ?? [{ version, createdAt: updatedAt, changelog: "", changelogSource: null }];
}

/** The one licence that the client's schema knows, or null. */
function license({ license }) {
  return license === "MIT-0" ? license : null;
}

/** Skills that hold every word; those that hold it in their name come first. */
async function scan(query, { badge, catalog }) {
  const words = query.toLowerCase().split(/\s+/);
  const hits = [];
  for (const [id, entry] of await catalog()) {
    if (badge && !entry.badges?.[badge]) continue;
    const name = `${id} ${entry.name}`.toLowerCase();
    const rest = `${entry.description} ${entry.tags.join(" ")}`.toLowerCase();
    const scores = words.map((word) => (name.includes(word) ? 1 : rest.includes(word) ? 0.5 : 0));
    if (scores.every((score) => score > 0)) hits.push({ id, score: scores.reduce((sum, score) => sum + score) });
  }
  return hits.sort((a, b) => b.score - a.score);
}

/** Skills whose slug, or `owner/slug`, is the query. */
async function exact(query, { badge, catalog }) {
  const wanted = query.replace(/^@/, "").toLowerCase();
  return [...(await catalog())]
    .filter(([id, entry]) => [id.toLowerCase(), entry.slug.toLowerCase()].includes(wanted))
    .filter(([, entry]) => !badge || entry.badges?.[badge])
    .map(([id]) => ({ id, score: 1 }));
}

function hit(entry, score, fits) {
  const { owner, slug, name, description, version, updatedAt, url, badges = {} } = entry;
  return {
    id: `${owner}/${slug}`,
    source: "clawhub",
    score,
    fits,
    slug,
    ownerHandle: owner,
    displayName: name,
    summary: description,
    version,
    updatedAt,
    owner: { handle: owner, displayName: owner, image: null },
    canonicalUrl: url,
    links: { canonical: url, source: null },
    official: "official" in badges,
    featured: "highlighted" in badges,
    install: { kind: "clawhub", reference: `@${owner}/${slug}`, sourceUrl: null },
    metrics: { rolling60DayInstalls: null, bookmarks: null, updatedAt },
    icon: null,
  };
}

/** A skill in the shape of its document, for a slug whose document is a choice. */
function detail(record) {
  const { owner, slug, name, description, tags, version, createdAt, updatedAt, url, badges, stats } = record;
  const suspicious = { isSuspicious: true, isMalwareBlocked: false, verdict: "suspicious", reasonCodes: [], summary: null };
  return {
    skill: {
      slug,
      displayName: name,
      summary: description,
      description: null,
      topics: tags,
      tags: { latest: version },
      stats: { ...stats, versions: versions(record).length },
      createdAt,
      updatedAt,
      icon: null,
      ...(badges && { badges }),
      url,
    },
    latestVersion: { version, createdAt: versions(record)[0].createdAt, changelog: "", license: license(record) },
    metadata: null,
    owner: { handle: owner, displayName: owner, image: null },
    moderation: record.isSuspicious ? suspicious : null,
  };
}

/** The hash by which the client knows what it installed. */
async function fingerprint(files) {
  const lines = files
    .filter(({ path }) => !path.split("/").some((segment) => segment.startsWith(".")))
    .sort((a, b) => a.path.localeCompare(b.path))
    .map(({ path, sha256 }) => `${path}:${sha256}`);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines.join("\n")));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isUtf8(bytes) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function required(query, name) {
  const value = query.get(name);
  if (!value) throw text(400, `\`${name}\` is missing; add \`${name}=…\``);
  return value;
}

function number(value) {
  if (!/^[0-9]+$/.test(value) || Number(value) < 1) throw text(400, "`limit` is a whole number from 1 to 100");
  return Number(value);
}

function flag(query, name) {
  const value = query.get(name) ?? "false";
  if (!["true", "1", "false", "0"].includes(value)) throw text(400, `\`${name}\` is \`true\` or \`false\``);
  return value === "true" || value === "1";
}

function json(value) {
  const escapes = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026" };
  const body = JSON.stringify(value).replace(/[<>&]/g, (c) => escapes[c]);
  return answer(`${body}\n`, "application/json; charset=utf-8");
}

function text(status, message, headers = {}) {
  return answer(`${message}\n`, "text/plain; charset=utf-8", headers, status);
}

function answer(body, type, headers = {}, status = 200) {
  const common = {
    "content-type": type,
    "cache-control": "no-cache",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
  };
  return new Response(body, { status, headers: { ...common, ...headers } });
}
