// A site as a CDN serves it: HTTP/2, text compressed with brotli, ranges as they are, a fixed delay for each request.
import { execFileSync } from "node:child_process";
import { X509Certificate, createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** How long the host takes to answer. */
const DELAY_MS = 25;
const types = {
  html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", json: "application/json", svg: "image/svg+xml",
  wasm: "application/wasm", xml: "application/xml", txt: "text/plain; charset=utf-8",
};

/** Serves `folders` (the first that has a file wins) from the root, with `hasRanges` also parts of files; `log` has one entry a request. */
export async function serve(folders, { hasRanges = true } = {}) {
  const log = [];
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, async (request, response) => {
    const { pathname } = new URL(request.url, "https://localhost");
    const entry = { path: pathname, range: request.headers.range, startMs: performance.now(), bytes: 0, headerBytes: 0 };
    log.push(entry);
    const { status, headers, body } = answer(folders, pathname, hasRanges ? request.headers.range : undefined);
    entry.bytes = body.length;
    entry.headerBytes = textLen(request.headers) + textLen(headers);
    await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
    response.writeHead(status, headers);
    response.end(request.method === "HEAD" ? undefined : body, () => (entry.endMs = performance.now()));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `https://localhost:${server.address().port}/`, log, close: () => server.close() };
}

/** Headers as text, a line each: what they weigh before HTTP/2 packs them. */
const textLen = (headers) => Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + String(value).length + 4, 0);

const packed = new Map();

function answer(folders, pathname, range) {
  const relative = decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  const file = folders.map((folder) => path.join(folder, relative)).find((file) => existsSync(file) && statSync(file).isFile());
  if (!file) return { status: 404, headers: {}, body: Buffer.alloc(0) };
  const type = types[path.extname(file).slice(1)];
  const headers = { "content-type": type ?? "application/octet-stream", "cache-control": "public, max-age=3600" };
  const bounds = /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
  if (bounds) {
    const whole = readFileSync(file);
    const body = whole.subarray(Number(bounds[1]), Number(bounds[2]) + 1);
    return { status: 206, headers: { ...headers, "content-range": `bytes ${bounds[1]}-${Number(bounds[1]) + body.length - 1}/${whole.length}` }, body };
  }
  if (!type) return { status: 200, headers, body: readFileSync(file) };
  if (!packed.has(file)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
    packed.set(file, brotliCompressSync(readFileSync(file), { params }));
  }
  return { status: 200, headers: { ...headers, "content-encoding": "br" }, body: packed.get(file) };
}

/** A fresh certificate for `localhost`. */
const certificate = (() => {
  const folder = mkdtempSync(path.join(tmpdir(), "skillpress-certificate-"));
  const file = (name) => path.join(folder, name);
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-keyout", file("key.pem"), "-out", file("cert.pem")], { stdio: "ignore" });
  return { key: readFileSync(file("key.pem")), cert: readFileSync(file("cert.pem")) };
})();

/** What makes a browser trust it. One that is told to ignore errors instead caches nothing, and loads for a worker again what the page has. */
export const trusted = (() => {
  const key = new X509Certificate(certificate.cert).publicKey.export({ type: "spki", format: "der" });
  return [`--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`];
})();
