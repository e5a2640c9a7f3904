// Copy buttons.
for (const command of document.querySelectorAll(".command, .hash")) {
  const code = command.querySelector("code");
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
      getSelection().selectAllChildren(code);
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  command.append(button);
}

// Ways to install: the client that was chosen last is chosen wherever it has one. A browser may keep no storage.
const clients = [...document.querySelectorAll(".ways input")];
const ofStorage = (use) => {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
};
const lastClient = clients.length && ofStorage((storage) => storage.getItem("client"));
for (const client of clients) {
  if (client.value === lastClient) client.checked = true;
  client.addEventListener("change", () => ofStorage((storage) => storage.setItem("client", client.value)));
}

// Files that are in the zip alone: shown by a script that is loaded for the first. Without it the links lead to the zip.
document.querySelector(".files")?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-in-zip]");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || !self.DecompressionStream) return;
  event.preventDefault();
  import("./file-dialog.js").then(({ open }) => open(link), () => location.assign(link.href));
});

// Search: loaded when somebody is about to. Until then, and where it fails, the form leads to the search page, which has a
// script of its own.
const form = document.querySelector("form.site-search");
const input = form?.elements.q;
let box;
function loadSearch() {
  if (box) return;
  // The box asks for its worker only when it runs, and that for the engine; this way all are on their way at once.
  for (const [rel, file] of [["modulepreload", "./search-worker.js"], ["modulepreload", "./search.js"], ["preload", "../search/search.wasm"]]) {
    const link = document.createElement("link");
    if (rel === "preload") Object.assign(link, { as: "fetch", crossOrigin: "anonymous" });
    link.href = new URL(file, base);
    link.rel = rel;
    document.head.append(link);
  }
  box = import("./search-box.js").then(({ attach }) => {
    unloaded.remove();
    attach(form);
  }, () => {
    box = undefined;
    if (document.activeElement === input) form.append(unloaded);
  });
}
// The script is not there, as after the site was replaced, or the network is not.
const unloaded = document.createElement("p");
unloaded.className = "search-panel search-note";
unloaded.setAttribute("role", "alert");
unloaded.textContent = "The search could not be loaded. Reload the page, or press Enter to search on a page of its own.";
const base = document.currentScript.src;
// Agents in the browser search with a tool of the page, where the browser has a model context.
const modelContext = document.modelContext ?? navigator.modelContext;
if (input && modelContext) import("./model-context.js").then(({ register }) => register(modelContext), () => {});
if (input) {
  if (!document.getElementById("search-app")) {
    input.addEventListener("focus", loadSearch);
    input.addEventListener("blur", () => unloaded.remove());
    form.addEventListener("pointerenter", loadSearch);
    if (document.activeElement === input) loadSearch();
  }
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    const isSlash = event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isCtrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isSlash && !isCtrlK) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
