// Builds sites for the tests, and serves a folder the way a plain static host does.
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
export const skillpress = process.env.SKILLPRESS ?? path.join(root, "target/debug/skillpress");

/** Builds the demo registry (or `content`) for `baseUrl` and returns the folder. */
export function buildSite(baseUrl, { content = path.join(root, "content"), config } = {}) {
  const out = path.join(mkdtempSync(path.join(tmpdir(), "skillpress-site-")), "public");
  const args = ["build", "--quiet", "--content", content, "--out", out, "--base-url", baseUrl];
  execFileSync(skillpress, config ? [...args, "--config", config] : args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return out;
}

const types = {
  html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", json: "application/json", svg: "image/svg+xml",
  png: "image/png", xml: "application/xml", txt: "text/plain; charset=utf-8", md: "text/markdown; charset=utf-8",
  wasm: "application/wasm", zip: "application/zip",
};

/**
 * Serves `folder` below `prefix` on a free port of the loopback interface.
 *
 * `ranges: false` answers 200 with the whole file to a range request, as some hosts do.
 * `headers: true` sends what the site's `_headers` file says for every path (`/*`), the content security policy included.
 * `log` holds one `{ path, range, status, bytes }` a request; `hook(request, url)` may answer instead by returning a
 * status or "drop", and may be a promise that holds the answer back.
 */
export async function serveFolder(folder, { prefix = "/", ranges = true, headers: hasHeaders = false, hook } = {}) {
  const log = [];
  const rules = hasHeaders ? headerRules(folder) : [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    const entry = { path: url.pathname, range: request.headers.range, status: 200, bytes: 0 };
    log.push(entry);
    const finish = (status, headers, body) => {
      entry.status = status;
      response.writeHead(status, { ...headers, ...headersOf(rules, url.pathname) });
      if (body && request.method !== "HEAD") {
        body.on("data", (chunk) => (entry.bytes += chunk.length));
        body.pipe(response);
      } else {
        response.end();
      }
    };
    const forced = await hook?.(request, url);
    if (forced === "drop") return request.socket.destroy();
    if (forced) return finish(forced, {});
    if (!url.pathname.startsWith(prefix)) return finish(404, {});
    let file = path.join(folder, decodeURIComponent(url.pathname.slice(prefix.length)));
    if (existsSync(file) && statSync(file).isDirectory()) {
      if (!url.pathname.endsWith("/")) return finish(301, { location: `${url.pathname}/${url.search}` });
      file = path.join(file, "index.html");
    }
    let status = 200;
    if (!file.startsWith(folder) || !existsSync(file)) {
      file = path.join(folder, "404.html");
      status = 404;
    }
    // A folder that is a link may lead elsewhere before the file is read.
    file = realpathSync(file);
    const size = statSync(file).size;
    const headers = { "content-type": types[path.extname(file).slice(1)] ?? "application/octet-stream", "content-length": size };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (status === 200 && ranges && range && Number(range[1]) < size) {
      const start = Number(range[1]);
      const end = Math.min(range[2] === "" ? size - 1 : Number(range[2]), size - 1);
      headers["content-range"] = `bytes ${start}-${end}/${size}`;
      headers["content-length"] = end - start + 1;
      return finish(206, headers, createReadStream(file, { start, end }));
    }
    finish(status, headers, createReadStream(file));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: origin + prefix, log, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

/** The rules of a site's `_headers` file: `*` stands for anything, `:name` for one segment. */
export function headerRules(folder) {
  const rules = [];
  const text = readFileSync(path.join(folder, "_headers"), "utf8");
  for (const line of text.split("\n").filter((line) => line.trim())) {
    if (/^\s/.test(line)) {
      const [, name, value] = /^\s*([^:]+):\s*(.*)$/.exec(line);
      rules.at(-1).lines.push([name.toLowerCase(), value]);
    } else {
      const escaped = line.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/:\w+/g, "[^/]+");
      rules.push({ path: line.trim(), pattern: new RegExp(`^${escaped}$`), lines: [] });
    }
  }
  return rules;
}

/** What the rules give an address, by name; a name that two rules give has both values. */
export function headersOf(rules, address) {
  const headers = {};
  for (const [name, value] of rules.filter(({ pattern }) => pattern.test(address)).flatMap(({ lines }) => lines)) {
    headers[name] = headers[name] ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

/** All files below `folder` whose name ends with `ending`, sorted, relative. */
export function filesBelow(folder, ending) {
  return readdirSync(folder, { recursive: true }).map(String).filter((file) => file.endsWith(ending)).sort();
}
