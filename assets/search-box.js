// @ts-check
// The search that people see: a list below the search form of a page, loaded by site.js, and what the search page has in
// common with it.
import { createBackgroundSearch } from "./search-worker.js";

export const search = createBackgroundSearch();
/** How long typing must rest before a search begins. */
const REST_MS = 120;
/** Hits of the list below a form. */
const N_LISTED = 6;

/** @typedef {import("./search.js").Results} Results @typedef {import("./search.js").Hit} Hit */

/** Makes a search form live. @param {HTMLFormElement} form */
export function attach(form) {
  new SearchList(form).start();
}

/** An element with properties, attributes (names with `-`, and `role`) and children; texts stay text. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Parts of a text, every second one marked. @param {string[]} parts */
export const marked = (parts) => parts.map((part, partIdx) => (partIdx % 2 ? el("mark", {}, part) : part));

/** @param {Hit} hit @param {string} tag @param {(kind: string) => string} [href] */
export const badges = (hit, tag, href) => hit.badges.filter(({ shown }) => shown).map(({ kind, label, icon, color }) =>
  el(tag, { className: `badge badge--${color}`, ...(href && { href: href(kind) }) },
    icon && el("span", { "aria-hidden": "true" }, icon), icon && " ", label));

/** The first letter of a name, on the tint that pages give the skill (FNV-1a of its id). @param {Hit} hit */
export function icon({ id, name }) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const letter = name.match(/[\p{L}\p{N}]/u)?.[0].toUpperCase() ?? "·";
  return el("span", { className: `icon tint-${(hash >>> 8) % 6}`, "aria-hidden": "true" }, letter);
}

/** What both forms of the search have: they wait until typing rests, and drop answers that come late. */
export class Box {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    search.prefetch().catch(() => {}); // A search says what is wrong.
    this.form = form;
    this.input = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
    this.status = el("p", { className: "visually-hidden", role: "status" });
    form.append(this.status);
    /** @type {AbortController | undefined} */
    this.running = undefined;
    /** The query that is searched for in its own words alone. @type {string | undefined} */
    this.original = undefined;
    this.timer = 0;
    addEventListener("online", () => this.failed && this.run());
  }

  typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rested(), REST_MS);
  }

  /** Searches, since typing has rested. */
  rested() {
    this.run();
  }

  stop() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
  }

  /** Searches now; an earlier search ends, its requests too. */
  async run() {
    this.stop();
    this.failed = false;
    const query = this.input.value.trim();
    if (!query) return this.clear();
    const running = (this.running = new AbortController());
    const { signal } = running;
    this.busy(true);
    let isFirst = true;
    const translate = query !== this.original;
    const show = async (/** @type {Results} */ results, isFinal) => {
      if (signal.aborted) return;
      const showing = this.show(results, isFirst);
      isFirst = false;
      this.failed = !results.complete;
      await showing;
      if (isFinal && !signal.aborted) this.status.textContent = summary(results);
    };
    try {
      await show(await search.search(query, { limit: this.limit, translate, signal, onUpdate: (results) => show(results, false) }), true);
    } catch (error) {
      if (signal.aborted) return;
      this.failed = true;
      this.fail(error);
    } finally {
      if (this.running === running) this.busy(false);
    }
  }

  /** A button that does what helps after an error. @param {any} error @param {string} className */
  wayOut(error, className) {
    const [label, onclick] = error?.code === "format" ? ["Reload", () => location.reload()] : ["Try again", () => this.run()];
    return el("button", { type: "button", className, onclick }, label);
  }
}

/** What to say where results are not complete, and nothing else is wrong: of a site that was replaced a part may be gone. */
export const IN_PART = "Part of the index could not be read. Reload the page to search all of it.";

/** @param {Results} results */
function summary({ hits, found, corrected, translated, query }) {
  const meant = corrected ?? query;
  const near = hits.filter(({ fits }) => !fits).length;
  const fitting = found ? `${counted(found)} for ${meant}` : near ? `Nothing fits ${meant}` : `No skill matches ${query}`;
  const parts = [fitting, near && `${near} more ${near === 1 ? "is" : "are"} near`, translated && `also searched: ${translated}`];
  return parts.filter((part) => part).join("; ");
}

/** Numbers below a thousand look the same in all languages, whose data takes 10 ms to load. @param {number} found */
export const counted = (found) => (found === 1 ? "1 skill" : `${found < 1000 ? found : found.toLocaleString(document.documentElement.lang)} skills`);

/** What went wrong, in a heading and a sentence. @param {any} error */
export function explained(error) {
  if (!navigator.onLine) return ["You are offline", "The search goes on by itself when you are back."];
  if (error?.code === "gone") return ["There is no search index here", "The site was published without one, or only in part."];
  if (error?.code === "format") return ["The site has changed since this page was opened", "Reload the page to search."];
  return ["The search index cannot be read", "The network or the site has a problem. Try again, reload the page, or browse instead."];
}

/** The list below the form of a page: a combobox. */
class SearchList extends Box {
  limit = N_LISTED;

  start() {
    const { input, form } = this;
    this.list = el("div", { id: "search-list", role: "listbox", "aria-label": "Skills" });
    this.note = el("p", { className: "search-note" });
    this.panel = el("div", { className: "search-panel", hidden: true }, this.note, this.list);
    form.append(this.panel);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": "search-list", "aria-autocomplete": "list",
    })) input.setAttribute(name, value);
    input.addEventListener("input", () => this.typed());
    input.addEventListener("focus", () => this.list.childElementCount && this.open(true));
    input.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!form.contains(/** @type {Node | null} */ (relatedTarget))) this.open(false);
    });
    // A click into the panel must not take the focus, or the panel would go before the click.
    this.panel.addEventListener("mousedown", (event) => event.preventDefault());
    this.panel.addEventListener("pointermove", ({ target }) => {
      const option = /** @type {Element} */ (target).closest("[role=option]");
      if (option) this.choose(option);
    });
    if (input.value) this.run();
  }

  get options() {
    return [...this.list.children];
  }

  get chosen() {
    return this.list.querySelector("[aria-selected=true]");
  }

  /** @param {Element | null | undefined} option */
  choose(option) {
    this.chosen?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.panel.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) this.choose(null);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const { options, chosen, panel } = this;
    const at = chosen ? options.indexOf(chosen) : -1;
    if (event.key === "Escape" && !panel.hidden) this.open(false);
    else if (event.key === "Enter" && chosen && !panel.hidden) /** @type {HTMLElement} */ (chosen).click();
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      if (panel.hidden) this.open(true);
      // Beyond either end is the input itself.
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      this.choose(next === -2 ? options.at(-1) : options[next]);
    } else return;
    event.preventDefault();
  }

  /** @param {boolean} isBusy */
  busy(isBusy) {
    this.panel.classList.toggle("search-busy", isBusy);
    this.panel.setAttribute("aria-busy", String(isBusy));
  }

  clear() {
    this.list.replaceChildren();
    this.open(false);
    this.busy(false);
    this.status.textContent = "";
  }

  /** @param {Results} results */
  show(results) {
    const { hits, found, corrected, translated, complete, query } = results;
    const chosen = /** @type {HTMLAnchorElement | null} */ (this.chosen)?.href;
    const action = `${this.form.action.split("?")[0]}?${new URLSearchParams({ q: query })}`;
    const option = (href, ...children) => el("a", { href, role: "option", tabIndex: -1, "aria-selected": "false" }, ...children);
    const shown = hits.map((hit) => option(hit.url, icon(hit),
      el("span", { className: "search-name" }, el("bdi", {}, marked(hit.nameParts)), " ", el("span", { className: "owner" }, `@${hit.owner}`), badges(hit, "span"),
        !hit.fits && [" ", el("span", { className: "badge badge--gray" }, "near")]),
      el("span", { className: "search-text" }, marked(hit.summaryParts))));
    if (hits.length) shown.push(option(action, found > hits.length ? `All ${found} results` : "Open in search"));
    shown.forEach((element, optionIdx) => (element.id = `search-option-${optionIdx}`));
    this.list.replaceChildren(...shown);
    this.note.replaceChildren(...(hits.length ? [
      corrected && el("span", {}, "Searched for ", el("strong", {}, corrected), found && !translated ? "" : ". "),
      translated && el("span", {}, "Also searched: ", el("strong", { lang: "en" }, translated), found ? "" : ". "),
      !found && el("span", {}, el("strong", {}, "Nothing fits. "), "These are near:"),
      !complete && !corrected && IN_PART,
    ].filter((part) => part)
      : complete ? [el("strong", {}, "No skill matches. "), "Try fewer or other words."] : [IN_PART]));
    this.note.hidden = !this.note.childNodes.length;
    this.open(document.activeElement === this.input);
    // What was chosen stays chosen wherever it went.
    this.choose(shown.find((element) => element.href === chosen));
  }

  fail(error) {
    const [title, text] = explained(error);
    this.list.replaceChildren();
    this.note.hidden = false;
    this.note.replaceChildren(el("strong", {}, `${title}. `), text, " ",
      this.wayOut(error, "search-link"));
    this.status.textContent = title;
    this.open(true);
  }
}
