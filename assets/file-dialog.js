// @ts-check
// Shows a file that is in the zip of a skill alone, over the skill's page. Loaded by site.js for the first of them.
import { readSkillFile } from "../examples/edge/skill-file.mjs";

/** So much of a text is shown; all of it can be copied and saved. */
const SHOWN_CHARS = 200_000;

/** Shows the file that a link of the list of files names; the link leads to the skill's zip. @param {HTMLAnchorElement} link */
export async function open(link) {
  // A second click may come before the first has its answer.
  if (document.querySelector(".file-dialog")) return;
  const path = /** @type {string} */ (link.textContent);
  const running = new AbortController();
  const dialog = build(path, link);
  dialog.element.addEventListener("close", () => {
    running.abort();
    dialog.element.remove();
    link.focus();
  });
  document.body.append(dialog.element);
  dialog.element.showModal();
  /** Neither the record nor the zip may be one that a cache kept over a deploy. @param {string} name @param {Record<string, string>} [headers] */
  const read = (name, headers) => fetch(new URL(name, link.href), { headers, signal: running.signal, cache: "no-cache" });
  try {
    const record = await read("skill.json");
    if (!record.ok) throw new Error(`the host answers ${record.status} for skill.json`);
    dialog.show(await readSkillFile(await record.json(), path, read));
  } catch (error) {
    if (!running.signal.aborted) dialog.fail(error);
  }
}

/** @param {string} path @param {HTMLAnchorElement} link */
function build(path, link) {
  const element = document.createElement("dialog");
  element.className = "file-dialog";
  element.setAttribute("aria-labelledby", "file-path");
  element.innerHTML = `
    <div class="file-head">
      <h2 id="file-path"><bdi></bdi></h2><span class="muted"></span>
      <button class="copy" type="button" hidden>Copy</button>
      <button class="copy" type="button" hidden>Save</button>
      <button class="copy" type="button">Close</button>
    </div>
    <p role="status">Loading…</p>
    <pre tabindex="0" role="region" aria-labelledby="file-path" hidden></pre>`;
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const [copy, save, close] = element.querySelectorAll("button");
  const status = part("p");
  const text = part("pre");
  part("bdi").textContent = path;
  part("span").textContent = link.closest("tr")?.cells[1]?.textContent ?? "";
  close.addEventListener("click", () => element.close());
  // A click beside the dialog is one on the dialog itself: what is in it covers all of it.
  element.addEventListener("click", ({ target }) => target === element && element.close());

  return {
    element,
    /** @param {Uint8Array} bytes */
    show(bytes) {
      save.hidden = false;
      save.addEventListener("click", () => saveAs(path, bytes));
      const content = decode(bytes);
      if (content === null) {
        status.textContent = "This file is no text. Save it to open it elsewhere.";
        return;
      }
      copy.hidden = text.hidden = false;
      copy.addEventListener("click", () => copyText(content, copy, text));
      const isCut = content.length > SHOWN_CHARS;
      text.textContent = visible(isCut ? content.slice(0, SHOWN_CHARS) : content);
      status.textContent = isCut ? "This is the beginning. Copy or save the file to read all of it." : content ? "" : "This file is empty.";
    },
    /** @param {any} error */
    fail(error) {
      const zip = document.createElement("a");
      zip.href = link.href;
      zip.textContent = "Download the zip";
      const sentence = navigator.onLine ? `The file cannot be shown: ${error.message}.` : "You are offline.";
      status.replaceChildren(sentence, " ", zip);
    },
  };
}

/** The text of a file, or null where it is none. @param {Uint8Array} bytes */
function decode(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/**
 * A stranger's text as it is, with the number of each character that would show nothing or turn others around in its
 * place. What emoji and scripts need stays: joiners and the common variation selectors.
 * @param {string} text
 */
function visible(text) {
  const hidden = /(?![\t\n\u200c\u200d\ufe00-\ufe0f])[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;
  const number = (/** @type {string} */ char) => /** @type {number} */ (char.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
  return text.replace(/\r\n?/g, "\n").replace(hidden, (char) => `[U+${number(char)}]`);
}

/** @param {string} text @param {HTMLElement} button @param {HTMLElement} shown */
async function copyText(text, button, shown) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
    getSelection()?.selectAllChildren(shown);
  }
  setTimeout(() => (button.textContent = label), 2000);
}

/** @param {string} path @param {Uint8Array} bytes */
function saveAs(path, bytes) {
  // Whatever a stranger's file is, an address of this site must not show it as a page.
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = path.slice(path.lastIndexOf("/") + 1);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
