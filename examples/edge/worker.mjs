// An edge function for a skillpress site: the routes of the API that files cannot answer, over the site's own files.
//
// It answers /api/v1/search, /download, /resolve, and /api/v1/skills/{slug} with its /file and, where several owners use
// the slug, its /versions; everything else is the file. That is what the `clawhub` client needs beyond files, so the
// site is built for it:
//
//     [hosting]
//     mode = "edge"
//
// The default export is a handler for hosts that put the site's files at `env.ASSETS`; for other hosts, pass your own
// way to read a file to `createHandler`. Nothing is kept but the catalog, for searches. `search.mjs` has the site's own
// search, for hosts that can run it.

export default {
  fetch(request, env) {
    files = (path) => env.ASSETS.fetch(new URL(path, request.url));
    handler ??= createHandler({ readFile: (path) => files(path) });
    return handler(request);
  },
};
let files, handler;

/**
 * Makes a handler from a request to the promise of a response.
 *
 * `readFile(path)` gives the response of the site's file at `path`, which starts with `/` and the base path; a path
 * that ends in `/` means the document of that folder. `basePath` is where the site stands on its host.
 * `search(query, { limit, badge, catalog })` gives `[{ id: "owner/slug", score }]`, the best first; `catalog()` is the
 * promise of all entries by id. The default looks for words in names and descriptions; `siteSearch` ranks as pages do.
 */
export function createHandler({ readFile, basePath = "/", search = scan }) {
  const site = new Site(readFile, basePath, search);
  return async (request) => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith(`${basePath}api/v1/`)) return site.file(url.pathname);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "the API only reads; use GET", { allow: "GET, HEAD" });
    }
    try {
      const route = url.pathname.slice(basePath.length).replace(/\/$/, "").split("/").slice(2).map(decodeURIComponent);
      return await site.answer(route, url.searchParams, url.pathname);
    } catch (error) {
      if (error instanceof Response) return error;
      if (error instanceof URIError) return text(400, "the address is not UTF-8");
      throw error;
    }
  };
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
    const now = isZip ? ownPath(record, record.zip.url) : `${record.owner}/skills/${record.slug}/${rest}`;
    return answer(null, "text/plain; charset=utf-8", { location: this.basePath + now }, 301);
  }

  answer(route, query, path) {
    const [name, slug, part, ...rest] = route;
    if (route.length === 1 && name === "search") return this.#search(query);
    if (route.length === 1 && name === "download") return this.#download(query);
    if (route.length === 1 && name === "resolve") return this.#resolve(query);
    if (name === "skills" && slug && !part) return this.#skill(slug, query);
    if (name === "skills" && slug && part === "file" && !rest.length) return this.#file(slug, query);
    if (name === "skills" && part === "versions" && rest.length < 2) return this.#versions(slug, rest[0], query, path);
    // The documents of the API are in folders; a host that does not say so itself is told here.
    const isDocument = name === "skills" && part !== "install";
    return this.readFile(isDocument && !path.endsWith("/") ? `${path}/` : path);
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
      .map(({ id, score }) => hit(entries.get(id), score));
    return json({ results });
  }

  async #download(query) {
    const record = await this.#record(required(query, "slug"), query);
    await this.#requireCurrent(record, query);
    const zip = await this.#read(ownPath(record, record.zip.url));
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

  /** The file, or for a slug whose document is a choice, what the record of the chosen skill knows. */
  async #versions(slug, version, query, path) {
    const document = await this.#document(slug);
    if (document.skill) return this.readFile(version !== undefined || path.endsWith("/") ? path : `${path}/`);
    const record = await this.#record(slug, query);
    const item = { version: record.version, createdAt: record.updatedAt, changelog: "", changelogSource: null };
    if (version === undefined) return json({ slug: record.slug, items: [item], nextCursor: null });
    if (version !== record.version) throw text(404, "there is no such version");
    const skill = { slug: record.slug, displayName: record.name };
    return json({ skill, version: { ...item, license: null, files: record.files } });
  }

  async #file(slug, query) {
    const record = await this.#record(slug, query);
    const path = required(query, "path");
    await this.#requireCurrent(record, query);
    const file = record.files.find((file) => file.path === path);
    if (!file?.url) throw text(404, "there is no such file");
    const response = await this.#read(ownPath(record, file.url));
    return answer(response.body, "application/octet-stream");
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

  /** Only the current version has files. */
  async #requireCurrent(record, query) {
    const tag = query.get("tag");
    const version = query.get("version");
    if (tag !== null && tag !== "latest") throw text(404, "the only tag is `latest`");
    if (version === null || version === record.version) return;
    const path = `api/v1/skills/${record.slug}/versions/${encodeURIComponent(version)}`;
    await this.#read(path, "there is no such version");
    throw text(410, `the files of this version are not kept; the skill is at ${record.version}`);
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

/**
 * The path on this site of what a record names. Of the address, only what follows the site's root counts: the site may
 * have been copied to another host.
 */
function ownPath({ owner, slug }, url) {
  return url.slice(url.lastIndexOf(`/${owner}/skills/${slug}/`) + 1);
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

function hit(entry, score) {
  const { owner, slug, name, description, version, updatedAt, url, badges = {} } = entry;
  return {
    id: `${owner}/${slug}`,
    source: "clawhub",
    score,
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
      stats: { ...stats, versions: 1 },
      createdAt,
      updatedAt,
      icon: null,
      ...(badges && { badges }),
      url,
    },
    latestVersion: { version, createdAt: updatedAt, changelog: "", license: null },
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
