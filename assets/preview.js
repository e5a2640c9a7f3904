// Preview only: reloads the page after each build, shows the problems of the last one, and says when search is behind.
// Everything that comes from content is set as text, never as markup.
(() => {
  "use strict";
  const generation = document.currentScript?.dataset.generation;
  const host = document.createElement("skillpress-preview");
  const root = host.attachShadow({ mode: "open" });
  const region = element("div", "", "");
  let events = null;
  let panel = null;
  let pill = null;

  function connect() {
    if (events) return;
    events = new EventSource("/-/events");
    events.addEventListener("reload", (event) => {
      // The server names the build on every connection, so a build that was missed is noticed too.
      if (event.data !== generation) location.reload();
    });
    events.addEventListener("problems", (event) => {
      panel = problemPanel(JSON.parse(event.data));
      show();
    });
    events.addEventListener("search", (event) => {
      const isBehind = event.data === "behind";
      // Results that were found in the old index are looked for again.
      if (pill && !isBehind && location.pathname.endsWith("/search/")) location.reload();
      pill = isBehind ? (pill ?? element("p", "pill", "Search is catching up with the last edit…")) : null;
      show();
    });
  }

  function disconnect() {
    events?.close();
    events = null;
  }

  /** Shows what there is to say, or nothing. */
  function show() {
    const parts = [panel, pill].filter(Boolean);
    region.replaceChildren(...parts);
    if (parts.length === 0) {
      host.remove();
      return;
    }
    if (root.childElementCount === 0) {
      const style = element("link", "", "");
      style.rel = "stylesheet";
      style.href = "/-/preview.css";
      region.setAttribute("role", "status");
      root.append(style, region);
    }
    if (!host.isConnected) document.documentElement.append(host);
  }

  function problemPanel(problems) {
    if (problems.length === 0) return null;
    const errors = problems.filter((problem) => problem.severity === "error");
    const made = element("details", errors.length > 0 ? "panel has-errors" : "panel", "");
    made.open = errors.length > 0 || problems.some((problem) => problem.is_new);
    const list = element("ol", "problems", "");
    list.append(...problems.map(item));
    made.append(element("summary", "title", title(errors.length, problems.length - errors.length)), list);
    return made;
  }

  function title(errors, warnings) {
    const count = (n, noun) => (n === 1 ? `1 ${noun}` : `${n} ${noun}s`);
    if (errors === 0) return count(warnings, "warning");
    const also = warnings > 0 ? `, ${count(warnings, "warning")}` : "";
    return `${count(errors, "error")}${also}: this is the site as it was before`;
  }

  function item(problem) {
    const place = [problem.path, problem.line, problem.column].filter((part) => part != null).join(":");
    const entry = element("li", `problem ${problem.severity === "error" ? "error" : "warning"}`, "");
    entry.append(element("code", "place", place), element("p", "message", `${problem.severity}: ${problem.message}`));
    if (problem.hint) entry.append(element("p", "hint", `hint: ${problem.hint}`));
    return entry;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  // A browser gives all pages of a server six connections together, so a page that nobody sees holds none.
  function follow() {
    if (document.visibilityState === "visible") connect();
    else disconnect();
  }
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", follow);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel) panel.open = false;
  });
  follow();
})();
