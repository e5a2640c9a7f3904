// Preview only: reloads the page after each build, and shows the problems of the last one.
// Everything that comes from content is set as text, never as markup.
(() => {
  "use strict";
  const generation = document.currentScript?.dataset.generation;
  const host = document.createElement("skillpress-preview");
  const root = host.attachShadow({ mode: "open" });
  let events = null;

  function connect() {
    if (events) return;
    events = new EventSource("/-/events");
    events.addEventListener("reload", (event) => {
      // The server names the build on every connection, so a build that was missed is noticed too.
      if (event.data !== generation) location.reload();
    });
    events.addEventListener("problems", (event) => show(JSON.parse(event.data)));
  }

  function disconnect() {
    events?.close();
    events = null;
  }

  function show(problems) {
    if (problems.length === 0) {
      host.remove();
      return;
    }
    const errors = problems.filter((problem) => problem.severity === "error");
    const style = element("link", "", "");
    style.rel = "stylesheet";
    style.href = "/-/preview.css";
    const panel = element("details", errors.length > 0 ? "panel has-errors" : "panel", "");
    panel.open = errors.length > 0 || problems.some((problem) => problem.is_new);
    const region = element("div", "", "");
    region.setAttribute("role", "status");
    region.append(panel);
    const list = element("ol", "problems", "");
    list.append(...problems.map(item));
    panel.append(element("summary", "title", title(errors.length, problems.length - errors.length)), list);
    root.replaceChildren(style, region);
    document.documentElement.append(host);
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
    const panel = root.querySelector("details");
    if (event.key === "Escape" && panel) panel.open = false;
  });
  follow();
})();
