// @ts-check
/**
 * Searches a skillpress site from any page, by reading a few kilobytes of its index.
 *
 *     import { createSearch } from "https://skills.example/search/search.js";
 *     const { hits } = await createSearch().search("merge pdf");
 *
 * The module has no dependencies, and searches where it is imported: in a page or in a worker. Its site must allow reading
 * from other origins (`Access-Control-Allow-Origin`), as the `_headers` file of a site says; a page with a content security
 * policy needs `'wasm-unsafe-eval'` and the site's origin in `script-src`, and the origin in `connect-src`.
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
 * @property {boolean} fits whether it fits; one that does not is only near
 * @property {number} logOdds thousandths of the natural logarithm of the odds that it helps
 * @property {boolean} full whether all words speak for it
 * @property {number} boost of its badges, in thousandths
 * @property {[string, number, number][]} reasons what spoke for it: term, kind (0 word, 1 as typed, 2 joined, 3 beginning,
 *   4 corrected, 5 translated) and part of the score
 *
 * @typedef {object} Results
 * @property {string} query
 * @property {Hit[]} hits those that fit, best first, then at most five that are near
 * @property {number} found how many skills fit, whatever the limit
 * @property {string[]} wordsToDrop where nothing fits: words without which something would hold the rest of the query
 * @property {string | null} corrected what was searched for, when unknown words were taken for misspelled
 * @property {string | null} translated the English words that were searched for, too, where words are of another language
 * @property {boolean} complete false when part of the index could not be read
 * @property {{ requests: number, roundTrips: number, bytes: number }} stats what the search read, headers apart
 *
 * @typedef {object} Options
 * @property {number} [limit] most hits; 10, at most 200
 * @property {string[]} [filters] all must hold: `badge:official`, `tag:pdf`, `owner:ana`, `os:linux`; the query may have
 *   such words too
 * @property {"hybrid" | "lexical" | "vector"} [mode] which halves search; `hybrid` is lexical where there are no vectors
 * @property {boolean} [translate] whether words of other languages are searched for in English, too; true
 * @property {AbortSignal} [signal] ends the search and its requests
 * @property {(results: Results) => void} [onUpdate] is called with results that may still change
 */

/** Why a search could not be done. `code`: `network`, `gone` (there is no index), `format` (the index is made for another
 * version, or the site was replaced and has this one's engine no more: load page and script anew). */
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
  /** @param {RequestCache} [cache] */
  const open = (cache) => {
    const opening = Index.open(new URL("search/", site), cache);
    opening.catch(() => opened === opening && (opened = undefined));
    return (opened = opening);
  };

  return {
    /** Loads the engine and opens the index, so that the first search only reads what it needs. */
    async prefetch() {
      if (VECTORS) Module.compile(VECTORS);
      const index = await (opened ?? open());
      if (index.hasVectors) await index.load(VECTORS);
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
      if (VECTORS && options.mode !== "lexical") Module.compile(VECTORS);
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

/** What is fetched to open an index; see `split`. */
const OPENING = ["manifest.json", "probe.bin 22 1"];
/** Numbers of `docs/format.md`, "Between the modules": the kinds of answers, and which halves search. */
const BYTES = 0, GONE = 1, NO_RANGES = 2, FAILED = 3;
const MODES = { hybrid: 0, lexical: 1, vector: 2 };
/** The modules of the engine: `search.wasm` finds words and has the last word, `unknown.wasm` says what words mean that the
 * index may not know, `semantic.wasm` reads vectors; a site that has none has no name for that. */
const WORDS = "../search/search.wasm", UNKNOWN = "../search/unknown.wasm", VECTORS = "../search/semantic.wasm";

/** @typedef {{ kind: number, bytes?: Uint8Array }} Answer */

/** One open index. */
class Index {
  /** @type {Record<string, Module | null | undefined>} Parts by path: nothing before one is loaded, null when it cannot be had. */
  parts = {};
  /** @type {Record<string, Promise<void> | undefined>} */
  loading = {};

  /** @param {URL} folder @param {RequestCache} cache */
  static async open(folder, cache) {
    const [words, [manifest, probe]] = await Promise.all([Module.load(WORDS), fetchAll(folder, OPENING, undefined, cache)]);
    if (manifest.kind === GONE) throw new SearchError("gone", `there is no search index at ${folder}`);
    if (!manifest.bytes) throw new SearchError("network", `the search index at ${folder} cannot be read`);
    try {
      const { index } = JSON.parse(decoder.decode(manifest.bytes));
      const bytes = Uint8Array.from(index, (c) => c.charCodeAt(0));
      return new Index(folder, words, bytes, probe.kind !== NO_RANGES);
    } catch {
      throw new SearchError("format", `the search index at ${folder} is of another version`);
    }
  }

  /** @param {URL} folder @param {Module} words @param {Uint8Array} bytes what the manifest says @param {boolean} hasRanges */
  constructor(folder, words, bytes, hasRanges) {
    this.folder = folder;
    this.words = words;
    words.put(bytes);
    const { skills, hasVectors, badges } = words.read(words.exports.open(hasRanges));
    this.skills = skills;
    /** @type {Badge[]} */
    this.badges = badges.map(({ appearance, ...badge }) => ({ ...appearance, ...badge }));
    this.open = async (path) => {
      const part = await Module.load(path);
      part.put(bytes);
      return part.exports.open(hasRanges) ? part : null;
    };
    this.hasVectors = hasVectors;
  }

  /** Loads a part; the next search tries again what failed. @param {string} path */
  load(path) {
    return this.loading[path] ??= this.open(path).catch(() => null).then((part) => {
      this.parts[path] = part;
      if (!part) this.loading[path] = undefined;
    });
  }

  /**
   * The results; nothing when a file is gone and `mayBeStale`.
   * @param {string} query @param {Options} options @param {URL} site @param {boolean} mayBeStale
   */
  async search(query, { limit = 10, filters = [], mode = "hybrid", translate = true, signal, onUpdate }, site, mayBeStale) {
    signal?.throwIfAborted();
    const { words } = this;
    const text = encoder.encode(query.slice(0, 4000).normalize());
    const rest = encoder.encode(filters.map((filter) => `\n${filter.replaceAll("\n", " ").normalize()}`).join(""));
    words.put([...text, ...rest]);
    const search = words.exports.search(text.length, Math.min(Math.max(limit, 0), 200), (MODES[mode] ?? 0) + (translate ? 0 : 4));
    const stats = { requests: 0, roundTrips: 0, bytes: 0 };
    /** @type {Map<Module, number>} The searches of the parts that take part. */
    const running = new Map([[words, search]]);
    /** @type {{ part: Module, answer: Answer }[]} */
    let answered = [];
    // A part is given what it asked for when it takes it, with nothing waited for between, so that searches may overlap.
    const give = (/** @type {Module} */ to) => answered.forEach(({ part, answer }) => part === to && part.give(answer));
    /**
     * A step of a part: what it found, which is nothing where it cannot be had, or what it wants to read.
     * @param {string} path @param {Uint8Array} request nothing where it takes no part @param {boolean} mayWait
     */
    const ask = async (path, request, mayWait) => {
      if (!request.length) return {};
      if (!this.parts[path]) {
        const loading = this.load(path);
        if (!mayWait && !Module.isCompiled(path)) return { requests: "" };
        await loading;
        signal?.throwIfAborted();
      }
      const part = this.parts[path];
      if (!part) return { found: [] };
      if (!running.has(part)) running.set(part, part.exports.search());
      give(part);
      part.put(request);
      const [isFound, ...said] = part.bytes(part.exports.step(running.get(part)));
      return isFound ? { found: said } : { part, requests: decoder.decode(Uint8Array.from(said)) };
    };
    let hasShown, translated = null;
    try {
      for (;;) {
        give(words);
        let step = words.read(words.exports.step(search));
        const unknown = await ask(UNKNOWN, words.bytes(words.exports.unknown_request(search)), !step.requests);
        if (unknown.found) {
          const [low = 0, high = 0, ...said] = unknown.found;
          translated = decoder.decode(Uint8Array.from(said.splice(0, low + high * 256))) || null;
          words.put(said);
          step = words.read(words.exports.meanings(search));
        }
        // Words do not wait for the module that reads vectors, unless it only has to be started.
        const meaning = await ask(VECTORS, words.bytes(words.exports.semantic_request(search)), step.results);
        if (meaning.found) {
          words.put(meaning.found);
          step = words.read(words.exports.semantic_result(search));
        }
        const isPending = [unknown, meaning].some(({ requests }) => requests !== undefined);
        const wanted = [{ part: words, requests: step.requests }, unknown, meaning]
          .flatMap(({ part, requests }) => split(requests).map((request) => ({ part, request })));
        const results = { ...this.#results(query, site, step.results, stats), translated };
        if (!wanted.length) return { ...results, complete: results.complete && !isPending };
        if (isPending && results.complete && results.hits.length && !hasShown) onUpdate?.(results), (hasShown = true);
        stats.roundTrips++;
        stats.requests += wanted.length;
        const answers = await Promise.all(wanted.map(({ request }) => fetchOne(this.folder, request, signal)));
        signal?.throwIfAborted();
        if (mayBeStale && answers.some(({ kind }) => kind === GONE)) return;
        for (const { bytes } of answers) stats.bytes += bytes?.length ?? 0;
        answered = answers.map((answer, idx) => ({ part: wanted[idx].part, answer }));
      }
    } finally {
      for (const [part, search] of running) part.exports.close(search);
    }
  }

  /** @param {string} query @param {URL} site @param {any} results as `search.wasm` says them @param {Results["stats"]} stats @returns {Results} */
  #results(query, site, { hits, ...results } = { hits: [], found: 0, wordsToDrop: [], corrected: null, complete: false }, stats) {
    const withLinks = (hit) => ({
      ...hit,
      id: `${hit.owner}/${hit.slug}`,
      url: new URL(`${encodeURIComponent(hit.owner)}/skills/${encodeURIComponent(hit.slug)}/`, site).href,
      name: hit.nameParts.join(""),
      summary: hit.summaryParts.join(""),
      badges: this.badges.filter((_, badgeIdx) => (hit.badges >>> badgeIdx) & 1),
    });
    return { query, ...results, hits: hits.map(withLinks), stats: { ...stats } };
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An instance of a module of the engine; `crates/skillpress-wasm` describes the exports. */
class Module {
  /** @type {Map<string, { promise: Promise<WebAssembly.Module>, isDone?: boolean }>} By path, for all searches of a page. */
  static #compiled = new Map();

  /** Begins to load what is not there yet. @param {string} path */
  static compile(path) {
    if (!this.#compiled.has(path)) {
      const promise = compile(new URL(path, import.meta.url));
      const entry = { promise };
      this.#compiled.set(path, entry);
      promise.then(() => (entry.isDone = true), () => this.#compiled.delete(path));
    }
    return this.#compiled.get(path).promise;
  }

  /** @param {string} path */
  static isCompiled(path) {
    return this.#compiled.get(path)?.isDone;
  }

  /** @param {string} path */
  static async load(path) {
    try {
      const { exports } = await WebAssembly.instantiate(await this.compile(path));
      return new Module(exports);
    } catch (error) {
      throw error instanceof SearchError ? error : new SearchError("network", `${new URL(path, import.meta.url)} cannot be loaded: ${error}`);
    }
  }

  /** @param {any} exports */
  constructor(exports) {
    this.exports = exports;
  }

  /** Hands over what the next call takes. @param {ArrayLike<number>} bytes */
  put(bytes) {
    this.#write(bytes, this.exports.text(bytes.length));
  }

  /** Hands over an answer. @param {Answer} answer */
  give({ kind, bytes = [] }) {
    this.#write(bytes, this.exports.answer(kind, bytes.length));
  }

  /** The message at `place`. @param {number} place */
  bytes(place) {
    const len = new DataView(this.exports.memory.buffer).getUint32(place, true);
    return new Uint8Array(this.exports.memory.buffer, place + 4, len).slice();
  }

  /** The message at `place`, which is JSON. @param {number} place */
  read(place) {
    return JSON.parse(decoder.decode(this.bytes(place)));
  }

  /** @param {ArrayLike<number>} bytes @param {number} place */
  #write(bytes, place) {
    // Memory may have grown, which leaves old views empty.
    new Uint8Array(this.exports.memory.buffer).set(bytes, place);
  }
}

/** @param {URL} url */
async function compile(url) {
  const response = await fetch(url).catch(() => fetch(url));
  if ([404, 410].includes(response.status)) throw new SearchError("format", `${url} is gone`);
  if (!response.ok) throw new Error(`the answer is ${response.status}`);
  // Streams are compiled only under the right name.
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** Requests as lines: a path below the index's folder; then, if it is not the whole file, start and length. @param {string} lines */
function split(lines) {
  return lines ? lines.split("\n") : [];
}

/** One round trip. @param {URL} folder @param {string[]} requests @param {AbortSignal} [signal] @param {RequestCache} [cache] */
function fetchAll(folder, requests, signal, cache) {
  return Promise.all(requests.map((request) => fetchOne(folder, request, signal, cache)));
}

/** @param {URL} folder @param {string} request @param {AbortSignal} [signal] @param {RequestCache} [cache] @returns {Promise<Answer>} */
async function fetchOne(folder, request, signal, cache) {
  const [path, start, len] = request.split(" ");
  const isRange = start !== undefined;
  // Single ranges are read across origins without asking first.
  const headers = isRange ? { Range: `bytes=${start}-${Number(start) + Number(len) - 1}` } : undefined;
  // The one cache that keeps ranges, Chromium's, lets only one request a file be under way: 14 round trips instead of 3.
  if (isRange) cache = "no-store";
  for (let triesLeft = 1; ; triesLeft--) {
    try {
      const response = await fetch(new URL(path, folder), { headers, signal, cache });
      const { status } = response;
      if (status === (isRange ? 206 : 200) && startsAt(response, start)) {
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (!isRange || bytes.length === Number(len)) return { kind: BYTES, bytes };
      }
      response.body?.cancel().catch(() => {});
      // Some hosts compress files and count in compressed bytes, which gives too few or none.
      if (isRange && [200, 206, 416].includes(status)) return { kind: NO_RANGES };
      const isGone = [404, 410].includes(status);
      if (!triesLeft || (status < 500 && !isGone)) return { kind: isGone ? GONE : FAILED };
      // That a file is not there may stand in the cache, from before a deploy or for as long as files may be kept.
      if (!isRange) cache = "reload";
    } catch (error) {
      signal?.throwIfAborted();
      if (!triesLeft) return { kind: FAILED };
    }
  }
}

/** Whether the answer is of the bytes from `start`, as far as its host lets us see. @param {Response} response @param {string} [start] */
function startsAt(response, start) {
  const range = response.headers.get("content-range");
  return start === undefined || !range || range.startsWith(`bytes ${start}-`);
}
