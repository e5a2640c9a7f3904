// The site's own search for the edge function, by the script and the engine that the site publishes: the ranking of its
// pages, typos and meaning included. For hosts that compile wasm at run time, such as Node, Deno and Bun; Workers
// compile none, so there the function's search by words stands.
//
//     import { siteSearch } from "./search.mjs";
//     const search = await siteSearch({ readFile, script: new URL("./public/search/search.js", import.meta.url) });
//     const handle = createHandler({ readFile, search });

/**
 * Makes a search for `createHandler`. `script` is the address of the published `search/search.js` on this machine,
 * `readFile` and `basePath` are those of `createHandler`. Files are read whole, since they come from next door.
 */
export async function siteSearch({ script, readFile, basePath = "/" }) {
  const folder = new URL("./", script).href;
  // The script is made for browsers: it asks where the page is, and fetches by itself. Only its own folder is ours.
  globalThis.location ??= new URL(folder);
  const fetchElsewhere = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    const { href } = new URL(url.url ?? url);
    if (!href.startsWith(folder)) return fetchElsewhere(url, init);
    return readFile(`${basePath}search/${href.slice(folder.length)}`);
  };
  const { createSearch } = await import(script);
  const { search } = createSearch();
  return async (query, { limit, badge }) => {
    const { hits } = await search(query, { limit, filters: badge ? [`badge:${badge}`] : [] });
    // Scores compare within one search only, so the best one is 1.
    const best = Math.max(1, ...hits.map(({ score }) => score));
    return hits.map(({ id, score, fits }) => ({ id, score: score / best, fits }));
  };
}
