// @ts-check
// The search page, whose address is its state.
import { Box, IN_PART, badges, counted, el, explained, icon, marked, search } from "./search-box.js";

/** Hits of one page, and most of them. */
const N_PAGE = 20, N_MAX = 200;

/** @typedef {import("./search.js").Results} Results @typedef {import("./search.js").Hit} Hit */

/** A word as the index has it, but for marks of other scripts. @param {string} word */
const folded = (word) => word.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();

/** Waits until the page has drawn what is there; keys and clicks are answered meanwhile. */
const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
/** Rows that a list gets before the page draws them: on a slow machine these take it 30 ms. */
const N_AT_ONCE = 2;

/** A filter in a query, such as `tag:pdf` or `tag:"google calendar"`. */
const FILTER = /(?<!\S)(badge|tag|owner|os):("[^"]*"?|\S+)/gi;

/** The page `/search/`, whose address is its state. */
class SearchPage extends Box {
  limit = N_PAGE;
  /** @type {WeakMap<Element, string>} What each row shows: one that shows the same already stays. */
  contents = new WeakMap();

  /** @param {HTMLFormElement} form @param {HTMLElement} app */
  constructor(form, app) {
    super(form);
    this.head = el("div", { className: "search-head" });
    this.filters = el("div", { className: "search-filters", role: "group", "aria-label": "Filters" });
    this.update = el("button", { type: "button", className: "search-update", hidden: true }, "Better matches were found: show them");
    this.results = el("ol", { className: "search-results" });
    this.near = el("ol", { className: "search-results" });
    this.nearHead = el("div", { className: "search-near-head", hidden: true });
    this.foot = el("div", { className: "search-foot" });
    this.body = el("div", { className: "search-body" }, this.update, this.results, this.nearHead, this.near, this.foot);
    app.append(this.head, this.filters, this.body);
    this.link = (path) => new URL(`../${path}`, app.dataset.index ? new URL(app.dataset.index, location.href) : location.href).href;
  }

  start() {
    const { input, form, body } = this;
    input.addEventListener("input", () => {
      this.limit = N_PAGE;
      this.typed();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.go(input.value);
    });
    addEventListener("popstate", () => this.read());
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && !event.isComposing && this.links.length) {
        event.preventDefault();
        this.focus(0);
      }
    });
    this.body.addEventListener("keydown", (event) => {
      const at = this.links.indexOf(/** @type {any} */ (document.activeElement));
      if (event.key === "Escape") input.focus();
      else if (at >= 0 && event.key === "ArrowDown") this.focus(at + 1);
      else if (at >= 0 && event.key === "ArrowUp") at ? this.focus(at - 1) : input.focus();
      else return;
      event.preventDefault();
    });
    // Results that somebody is about to click must not move away.
    for (const event of ["pointermove", "pointerdown", "focusin"]) body.addEventListener(event, () => (this.isTouched = true));
    this.update.addEventListener("click", () => this.waiting && this.draw(this.waiting));
    this.read();
  }

  get links() {
    return [...this.body.querySelectorAll("h2 a")];
  }

  /** The results in both groups. */
  get rows() {
    return /** @type {HTMLElement[]} */ ([...this.results.children, ...this.near.children]);
  }

  /** @param {number} linkIdx */
  focus(linkIdx) {
    const link = /** @type {HTMLElement | undefined} */ (this.links[linkIdx]);
    link?.focus();
    link?.closest("li")?.scrollIntoView({ block: "nearest" });
  }

  /** Takes the query from the address. */
  read() {
    this.input.value = this.query;
    this.isTyped = false;
    this.limit = N_PAGE;
    this.run();
  }

  /** Makes `query` the address, as a step that "back" undoes, and searches. @param {string} query */
  go(query) {
    this.input.value = query = query.trim().replace(/\s+/g, " ");
    if (query !== this.query) history.pushState(null, "", this.address(query));
    this.isTyped = false;
    this.limit = N_PAGE;
    this.run();
  }

  /** The query of the address. */
  get query() {
    return new URLSearchParams(location.search).get("q") ?? "";
  }

  /** @param {string} query */
  address(query) {
    return query ? `?${new URLSearchParams({ q: query })}` : location.pathname;
  }

  rested() {
    // A query that was asked for stays behind as a step; half a word does not.
    const isStep = this.query && !this.isTyped;
    history[isStep ? "pushState" : "replaceState"](null, "", this.address(this.input.value.trim()));
    this.isTyped = true;
    super.rested();
  }

  async run() {
    this.isTouched = false;
    this.update.hidden = true;
    await super.run();
  }

  /** @param {boolean} isBusy */
  busy(isBusy) {
    this.body.classList.toggle("search-busy", isBusy);
    this.body.setAttribute("aria-busy", String(isBusy));
  }

  clear() {
    this.drawing = undefined;
    this.busy(false);
    this.status.textContent = "";
    for (const part of [this.head, this.filters, this.results, this.nearHead, this.near, this.foot]) part.replaceChildren();
  }

  /** @param {Results} results @param {boolean} isFirst whether they answer a new query */
  async show(results, isFirst) {
    const ids = this.rows.map((row) => row.dataset.id);
    const moves = ids.some((id, rowIdx) => results.hits[rowIdx]?.id !== id);
    if (isFirst || !this.isTouched || !moves) await this.draw(results);
    else {
      this.waiting = results;
      this.update.hidden = false;
    }
  }

  /** What was searched for in English, and how to search without, or with it. @param {string | null} translated @param {string} query */
  aboutTranslation(translated, query) {
    const again = (original, ...children) => el("button", { type: "button", className: "search-link", onclick: () => {
      this.original = original;
      this.run();
    } }, ...children);
    return translated
      ? ["Also searched: ", el("strong", { lang: "en" }, translated), ". ", again(query, "Search only for “", query, "”")]
      : ["Searched only for “", query, "”. ", again(undefined, "Search in English, too")];
  }

  /** Draws row by row, until there is something else to draw. @param {Results} results */
  async draw(results) {
    this.drawing = results;
    const { hits, found, corrected, translated, complete, query } = results;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest(".search-results li")?.dataset?.id;
    this.waiting = undefined;
    this.update.hidden = true;
    this.head.replaceChildren(el("p", {},
      found ? [el("strong", {}, counted(found))] : hits.length ? el("strong", {}, "Nothing fits") : "",
      found && corrected ? [" for ", el("button", { type: "button", className: "search-link", onclick: () => this.go(corrected) }, corrected)] : ""),
      corrected ? el("p", { className: "muted" }, `No skill holds all of “${query}”, so unknown words were taken for misspelled.`) : "",
      translated || query === this.original ? el("p", { className: "muted search-translated" }, ...this.aboutTranslation(translated, query)) : "");
    this.drawFilters(hits);
    const near = hits.filter(({ fits }) => !fits);
    this.nearHead.hidden = !near.length;
    this.nearHead.replaceChildren(...(near.length ? this.aboveNear(results) : []));
    const lists = /** @type {[Element, Hit[]][]} */ ([[this.results, hits.filter(({ fits }) => fits)], [this.near, near]]);
    for (const [list, shown] of lists) [...list.children].slice(shown.length).forEach((row) => row.remove());
    let nNew = 0;
    for (const [list, shown] of lists) {
      for (const [hitIdx, hit] of shown.entries()) {
        const content = JSON.stringify([hit.url, hit.nameParts, hit.summaryParts, hit.badges]);
        const old = list.children[hitIdx];
        if (this.contents.get(old) === content) continue;
        if (nNew++ % N_AT_ONCE === 0) await drawn();
        if (this.drawing !== results) return;
        const row = this.row(hit);
        this.contents.set(row, content);
        if (old) old.replaceWith(row);
        else list.append(row);
      }
    }
    this.foot.replaceChildren(...this.below(results));
    if (!complete && hits.length) {
      this.foot.prepend(el("div", { className: "notice notice--amber" }, el("p", {}, IN_PART, " ", this.again())));
    }
    if (focused && document.activeElement === document.body) this.rows.find((row) => row.dataset.id === focused)?.querySelector("a")?.focus();
  }

  /** What stands above results that are only near. @param {Results} results */
  aboveNear({ found, query, wordsToDrop }) {
    const without = (/** @type {string} */ word) => query.split(/\s+/).filter((typed) => folded(typed) !== word).join(" ");
    const shorter = wordsToDrop.map((word) => [word, without(word)]).filter(([, shorter]) => shorter && shorter !== query).slice(0, 3);
    const drop = ([word, shorter]) => el("button", { type: "button", className: "search-chip", onclick: () => this.go(shorter) }, word);
    return [...(shorter.length ? [el("p", { className: "search-drop" }, "Search without ", shorter.map(drop))] : []),
      el("h2", {}, found ? "Near, but perhaps not what you mean" : "These are near")];
  }

  /** What stands below the results: more of them, or what to do without any. @param {Results} results */
  below({ hits, found, complete, query }) {
    if (hits.length) {
      const hasMore = hits.filter(({ fits }) => fits).length < Math.min(found, N_MAX);
      return hasMore ? [el("button", { type: "button", className: "search-more", onclick: () => this.more() }, "Show more")] : [];
    }
    if (!complete) return [this.message(...explained(null), this.again())];
    const words = query.replace(FILTER, "").trim();
    const hasFilters = words !== query;
    return [this.message("No skill matches", hasFilters ? "Filters leave only skills that pass all of them." : "Try fewer or other words, or look through the tags.",
      hasFilters && el("button", { type: "button", className: "button", onclick: () => this.go(words) }, words ? `Search for “${words}” without filters` : "Remove the filters"),
      el("a", { href: this.link("skills/") }, "Browse all skills"), el("a", { href: this.link("tags/") }, "Browse tags"))];
  }

  more() {
    const last = this.results.childElementCount;
    this.limit = Math.min(this.limit + N_PAGE, N_MAX);
    this.run().then(drawn).then(() => this.focus(last));
  }

  again() {
    return el("button", { type: "button", className: "search-link", onclick: () => this.run() }, "Try again");
  }

  /** @param {string} title @param {string} text @param {...(Node | string | false)} actions */
  message(title, text, ...actions) {
    return el("div", { className: "empty" }, el("p", {}, el("strong", {}, title)), el("p", {}, text), el("p", { className: "search-actions" }, ...actions));
  }

  fail(error) {
    const [title, text] = explained(error);
    this.clear();
    this.status.textContent = title;
    this.foot.replaceChildren(this.message(title, text,
      this.wayOut(error, "button"),
      el("a", { href: this.link("skills/") }, "Browse all skills")));
  }

  /** @param {Hit} hit */
  row(hit) {
    const row = el("li", { className: hit.badges.some(({ kind }) => kind === "deprecated") ? "card card--faded" : "card" }, icon(hit),
      el("div", { className: "card-title" }, el("h2", {}, el("a", { href: hit.url }, el("bdi", {}, marked(hit.nameParts)))),
        el("div", { className: "card-by" }, el("a", { className: "owner", href: this.link(`${encodeURIComponent(hit.owner)}/`) }, `@${hit.owner}`),
          badges(hit, "a", (kind) => this.link(`badges/${encodeURIComponent(kind)}/`)))),
      hit.summary && el("p", { className: "card-text", dir: "auto" }, marked(hit.summaryParts)));
    row.dataset.id = hit.id;
    return row;
  }

  /** Filters in force, and those that would narrow what is shown. @param {Hit[]} hits */
  async drawFilters(hits) {
    const query = this.input.value;
    const active = [...query.matchAll(FILTER)].map(([filter]) => filter);
    const has = new Set(active.map((filter) => filter.toLowerCase().replaceAll('"', "")));
    /** @type {Map<string, number>} */
    const counts = new Map();
    const count = (filter) => counts.set(filter, (counts.get(filter) ?? 0) + 1);
    for (const hit of hits) {
      hit.tags.forEach((tag) => count(`tag:${tag}`));
      count(`owner:${hit.owner}`);
    }
    const narrowing = [...counts].filter(([filter, n]) => n > 1 && n < hits.length && !has.has(filter.toLowerCase()));
    const top = (kind, n) => narrowing.filter(([filter]) => filter.startsWith(kind)).sort((a, b) => b[1] - a[1]).slice(0, n).map(([filter]) => [filter, filter]);
    const kinds = hits.length || active.length ? (await search.info()).badges.filter(({ shown }) => shown) : [];
    if (query !== this.input.value) return;
    const suggested = [...kinds.filter(({ kind }) => !has.has(`badge:${kind.toLowerCase()}`)).map(({ kind, label }) => [`badge:${kind}`, label]), ...top("tag:", 6), ...top("owner:", 2)];
    const chip = (label, isOn, filter) => el("button", {
      type: "button", className: "search-chip", "aria-pressed": String(isOn),
      onclick: () => this.go(isOn ? query.replace(filter, " ") : `${query} ${/\s/.test(filter) ? filter.replace(/:(.*)/, ':"$1"') : filter}`),
    }, label);
    this.filters.replaceChildren(...active.map((filter) => chip(filter, true, filter)), ...suggested.map(([filter, label]) => chip(label, false, filter)));
  }
}

new SearchPage(document.querySelector("form.site-search"), document.getElementById("search-app")).start();
