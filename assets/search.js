// @ts-check
/**
 * Searches a skillpress site from any page, by reading a few kilobytes of its index.
 *
 *     import { createSearch } from "https://skills.example/search/search.js";
 *     const { hits } = await createSearch().search("merge pdf");
 *
 * The module has no dependencies. Its site must allow reading from other origins (`Access-Control-Allow-Origin`), as the
 * `_headers` file of a site says; a page with a content security policy needs `'wasm-unsafe-eval'` and the site's origin
 * in `script-src`, and the origin in `connect-src`.
 *
 * @typedef {object} Badge
 * @property {string} kind such as `official`
 * @property {string} label what people read
 * @property {string} icon one or two characters, or empty
 * @property {string} color name of a colour: gray, amber, blue, green, red or violet
 * @property {boolean} shown whether results show it
 *
 * @typedef {object} Hit
 * @property {string} id `owner/slug`
 * @property {string} owner
 * @property {string} slug
 * @property {string} url the skill's page
 * @property {string} name
 * @property {string} summary the start of its description
 * @property {string[]} nameParts the name in parts that do not and do match, in turn
 * @property {string[]} summaryParts the same of the summary
 * @property {string[]} tags the first of its tags
 * @property {Badge[]} badges
 * @property {number} score in units that only compare within one search
 * @property {number} skill its number in this index
 * @property {number} identity whether it is called what was typed: 0 no, 1 name, 2 slug, 3 owner and slug
 * @property {boolean} full whether all words speak for it
 * @property {number} boost of its badges, in thousandths
 * @property {[string, number, number][]} reasons what spoke for it: term, kind (0 word, 1 as typed, 2 joined, 3 beginning,
 *   4 corrected) and part of the score
 *
 * @typedef {object} Results
 * @property {string} query
 * @property {Hit[]} hits best first
 * @property {number} found how many skills match
 * @property {string | null} corrected what was searched for, when unknown words were taken for misspelled
 * @property {boolean} complete false when part of the index could not be read
 * @property {{ requests: number, roundTrips: number, bytes: number }} stats what the search read, headers apart
 *
 * @typedef {object} Options
 * @property {number} [limit] most hits; 10, at most 200
 * @property {string[]} [filters] all must hold: `badge:official`, `tag:pdf`, `owner:ana`, `os:linux`; the query may have
 *   such words too
 * @property {"hybrid" | "lexical" | "vector"} [mode] which halves search; `hybrid` is lexical where there are no vectors
 * @property {AbortSignal} [signal] ends the search and its requests
 * @property {(results: Results) => void} [onUpdate] is called with results that may still change
 */

/** Why a search could not be done. `code`: `network`, `gone` (there is no index), `format` (made for another version). */
export class SearchError extends Error {
  /** @param {"network" | "gone" | "format"} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * A search of the site at `base`: the one that this script comes from, unless another is named.
 *
 * Nothing is loaded before the first search, or `prefetch()`.
 * @param {{ base?: string | URL }} [options]
 */
export function createSearch({ base = new URL("../", import.meta.url) } = {}) {
  const site = new URL(`${new URL(base, location.href).href.split(/[?#]/)[0].replace(/\/$/, "")}/`);
  /** @type {Promise<Index> | undefined} */
  let opened;
  const open = (cache = /** @type {RequestCache} */ ("default")) => {
    const opening = Index.open(new URL("search/", site), cache);
    opening.catch(() => opened === opening && (opened = undefined));
    return (opened = opening);
  };

  return {
    /** Loads the engine and opens the index, so that the first search only reads what it needs. */
    async prefetch() {
      await (opened ?? open());
    },

    /** What the index says of itself. @returns {Promise<{ skills: number, badges: Badge[] }>} */
    async info() {
      const { skills, badges } = await (opened ?? open());
      return { skills, badges };
    },

    /**
     * The final results; rejects with a `SearchError`, or with the signal's reason when that aborts.
     * @param {string} query words, `"all of these"`, `-not`, and filters such as `tag:pdf`
     * @param {Options} [options]
     * @returns {Promise<Results>}
     */
    async search(query, options = {}) {
      let index = await (opened ?? open());
      const results = await index.search(query, options, site, true);
      if (results) return results;
      // The site was replaced since the index was opened. Another search may have opened the new one already.
      const latest = await opened?.catch(() => index);
      index = await (latest && latest !== index ? latest : open("reload"));
      return /** @type {Promise<Results>} */ (index.search(query, options, site, false));
    },
  };
}

/** What `Door::open` takes answers to. */
const OPENING = /** @type {Request[]} */ ([["manifest.json"], ["probe.bin", 22, 1]]);
/** The kinds of `Door::answer`. */
const BYTES = 0, GONE = 1, NO_RANGES = 2, FAILED = 3;
const MODES = { hybrid: 0, lexical: 1, vector: 2 };

/**
 * A path below the index's folder; then, if it is not the whole file, start and length in bytes.
 * @typedef {[string, number?, number?]} Request
 * @typedef {{ kind: number, bytes?: Uint8Array }} Answer
 */

/** An instance of the engine with one open index; `crates/skillpress-wasm` describes the exports. */
class Index {
  /** @param {URL} folder @param {any} door @param {{ skills: number, badges: Badge[] }} info */
  constructor(folder, door, info) {
    this.folder = folder;
    this.door = door;
    this.skills = info.skills;
    this.badges = info.badges;
  }

  /** @param {URL} folder @param {RequestCache} cache */
  static async open(folder, cache) {
    const [module, answers] = await Promise.all([engine(), fetchAll(folder, OPENING, undefined, cache)]);
    const { exports: door } = await WebAssembly.instantiate(module);
    give(door, answers);
    const info = read(door, /** @type {any} */ (door).open());
    if (info.error === "gone") throw new SearchError("gone", `there is no search index at ${folder}`);
    if (info.error === "failed") throw new SearchError("network", `the search index at ${folder} cannot be read`);
    if (info.error) throw new SearchError("format", `the search index at ${folder} was made for another version of this script`);
    return new Index(folder, door, info);
  }

  /**
   * The results; nothing when a file is gone and `mayBeStale`.
   * @param {string} query @param {Options} options @param {URL} site @param {boolean} mayBeStale
   */
  async search(query, { limit = 10, filters = [], mode = "hybrid", signal, onUpdate }, site, mayBeStale) {
    signal?.throwIfAborted();
    const { door } = this;
    const text = encoder.encode(query.slice(0, 4000));
    const rest = encoder.encode(filters.map((filter) => `\n${filter.replaceAll("\n", " ")}`).join(""));
    const place = door.text(text.length + rest.length);
    const memory = new Uint8Array(door.memory.buffer);
    memory.set(text, place);
    memory.set(rest, place + text.length);
    const handle = door.search(text.length, Math.min(Math.max(limit, 0), 200), MODES[mode] ?? 0);
    const finished = (/** @type {any} */ results) => this.#results(results, query, site);
    try {
      for (;;) {
        const step = read(door, door.step(handle));
        if (step.done) return finished(step.done);
        if (step.stale && mayBeStale) return undefined;
        if (step.show) onUpdate?.(finished(step.show));
        if (!step.fetch) continue;
        const answers = await fetchAll(this.folder, step.fetch, signal);
        signal?.throwIfAborted();
        give(door, answers);
      }
    } finally {
      door.close(handle);
    }
  }

  /** @param {any} results @param {string} query @param {URL} site @returns {Results} */
  #results({ hits, found, corrected, complete, stats: [requests, roundTrips, bytes] }, query, site) {
    const hit = ({ owner, slug, name, summary, badges, ...rest }) => ({
      id: `${owner}/${slug}`,
      owner,
      slug,
      url: new URL(`${encodeURIComponent(owner)}/skills/${encodeURIComponent(slug)}/`, site).href,
      name: name.join(""),
      summary: summary.join(""),
      nameParts: name,
      summaryParts: summary,
      badges: this.badges.filter((_, badgeIdx) => (badges >>> badgeIdx) & 1),
      ...rest,
    });
    return { query, hits: hits.map(hit), found, corrected, complete, stats: { requests, roundTrips, bytes } };
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Hands answers to the engine. @param {any} door @param {Answer[]} answers */
function give(door, answers) {
  for (const { kind, bytes } of answers) {
    const place = door.answer(kind, bytes?.length ?? 0);
    // Memory may have grown, which leaves old views empty.
    if (bytes) new Uint8Array(door.memory.buffer).set(bytes, place);
  }
}

/** The message at `place`. @param {any} door @param {number} place */
function read(door, place) {
  const len = new DataView(door.memory.buffer).getUint32(place, true);
  return JSON.parse(decoder.decode(new Uint8Array(door.memory.buffer, place + 4, len)));
}

/** @type {Promise<WebAssembly.Module> | undefined} */
let compiled;

/** The compiled engine, one for all searches of a page. */
function engine() {
  return (compiled ??= compile().catch((error) => {
    compiled = undefined;
    throw error instanceof SearchError ? error : new SearchError("network", `the search engine cannot be loaded: ${error}`);
  }));
}

async function compile() {
  const url = new URL("../search/search.wasm", import.meta.url);
  const response = await fetch(url).catch(() => fetch(url));
  if (!response.ok) throw new SearchError("network", `${url} answers ${response.status}`);
  // Streams are compiled only under the right name.
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** One round trip. @param {URL} folder @param {Request[]} requests @param {AbortSignal} [signal] @param {RequestCache} [cache] */
function fetchAll(folder, requests, signal, cache) {
  return Promise.all(requests.map((request) => fetchOne(folder, request, signal, cache)));
}

/** @param {URL} folder @param {Request} request @param {AbortSignal} [signal] @param {RequestCache} [cache] @returns {Promise<Answer>} */
async function fetchOne(folder, [path, start, len = 0], signal, cache) {
  const isRange = start !== undefined;
  // Single ranges are read across origins without asking first.
  const headers = isRange ? { Range: `bytes=${start}-${start + len - 1}` } : undefined;
  // The one cache that keeps ranges, Chromium's, lets only one request a file be under way: 14 round trips instead of 3.
  if (isRange) cache = "no-store";
  for (let triesLeft = 1; ; triesLeft--) {
    try {
      const response = await fetch(new URL(path, folder), { headers, signal, cache });
      const { status } = response;
      const isAnswer = status === (isRange ? 206 : 200) && startsAt(response, start);
      if (isAnswer) return { kind: BYTES, bytes: new Uint8Array(await response.arrayBuffer()) };
      response.body?.cancel().catch(() => {});
      if (status === 200 && isRange) return { kind: NO_RANGES };
      const isGone = status === 404 || status === 410;
      if (!triesLeft || (status < 500 && !isGone)) return { kind: isGone ? GONE : FAILED };
      // That a file is not there may stand in the cache, from before a deploy or for as long as files may be kept.
      if (!isRange) cache = "reload";
    } catch (error) {
      signal?.throwIfAborted();
      if (!triesLeft) return { kind: FAILED };
    }
  }
}

/** Whether the answer is of the bytes from `start`, as far as its host lets us see. @param {Response} response @param {number} [start] */
function startsAt(response, start) {
  const range = response.headers.get("content-range");
  return start === undefined || !range || range.startsWith(`bytes ${start}-`);
}
