// Tries the edge function on this machine: node serve.mjs SITE [PORT]

import { createServer } from "node:http";
import { readFile as readBytes } from "node:fs/promises";
import { join, normalize, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { siteSearch } from "./search.mjs";
import { createHandler } from "./worker.mjs";

/** Reads the files of a built site in `folder`, as a static host would. */
export function folderFiles(folder) {
  const root = resolve(folder);
  return async (path) => {
    const decoded = decodeURIComponent(path);
    const file = normalize(join(root, decoded.endsWith("/") ? `${decoded}index.html` : decoded));
    if (!file.startsWith(`${root}/`) || decoded.includes("\0")) return new Response("not found", { status: 404 });
    const bytes = await readBytes(file).catch(() => null);
    return bytes ? new Response(bytes) : new Response("not found", { status: 404 });
  };
}

/** Serves `folder` with the edge function before it; gives the server, which listens on loopback. */
export async function serve(folder, port = 0) {
  const readFile = folderFiles(folder);
  const script = pathToFileURL(resolve(folder, "search/search.js"));
  const handle = createHandler({ readFile, search: await siteSearch({ script, readFile }) });
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const answer = await handle(new Request(new URL(url, `http://${headers.host}`), { method })).catch(
      (error) => new Response(`${error}\n`, { status: 500 }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(method === "HEAD" ? undefined : Buffer.from(await answer.arrayBuffer()));
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder, port = "4000"] = process.argv;
  const server = await serve(folder, Number(port));
  console.log(`serving http://127.0.0.1:${server.address().port}/`);
}
