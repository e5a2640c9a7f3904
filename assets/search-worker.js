// @ts-check
// The search of the site's own pages: `search.js` in a worker, so that typing and scrolling wait for no step of the
// engine. Both ends of the messages are here: pages import this file, and the worker that they start runs it.
import { SearchError, createSearch } from "./search.js";

/**
 * As `createSearch` for this site. Where no worker starts, since a policy forbids it or the browser is too old, the page
 * itself searches.
 * @returns {ReturnType<typeof createSearch>}
 */
export function createBackgroundSearch() {
  const inPage = createSearch();
  /** @type {Promise<Worker | undefined> | undefined} */
  let starting;

  /** @param {"prefetch" | "info" | "search"} method @param {string} [query] @param {import("./search.js").Options} [options] */
  async function call(method, query = "", options = {}) {
    const worker = await (starting ??= start());
    if (!worker) return inPage[method](query, options);
    const { signal, onUpdate, ...rest } = options;
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      // A channel a call: no answer can be taken for that of another.
      const { port1: port, port2 } = new MessageChannel();
      const end = (settle, value) => {
        port.onmessage = null;
        port.close();
        settle(value);
      };
      port.onmessage = ({ data: { update, result, error, code } }) => {
        if (update) onUpdate?.(update);
        else if (error) end(reject, code ? new SearchError(code, error.message) : error);
        else end(resolve, result);
      };
      signal?.addEventListener("abort", () => {
        port.postMessage("abort");
        end(reject, signal.reason);
      });
      worker.postMessage({ method, query, options: rest }, [port2]);
    });
  }

  return {
    prefetch: () => call("prefetch"),
    info: () => call("info"),
    search: (query, options) => call("search", query, options),
  };
}

/** The worker when it listens; nothing where there can be none. @returns {Promise<Worker | undefined>} */
function start() {
  return new Promise((resolve) => {
    try {
      const worker = new Worker(import.meta.url, { type: "module" });
      worker.onmessage = () => resolve(worker);
      worker.onerror = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
}

/** The worker's end. */
function listen() {
  const search = createSearch();
  self.onmessage = async ({ data: { method, query, options }, ports: [port] }) => {
    const running = new AbortController();
    port.onmessage = () => running.abort();
    const onUpdate = (update) => port.postMessage({ update });
    try {
      port.postMessage({ result: await search[method](query, { ...options, signal: running.signal, onUpdate }) });
    } catch (error) {
      port.postMessage({ error, code: error instanceof SearchError ? error.code : undefined });
    }
  };
  self.postMessage("listening");
}

if (!self.document) listen();
