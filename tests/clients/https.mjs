// A site at an https address: `https://skills.example:<port>`, which is this machine where `./isolated` runs.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".json": "application/json", ".zip": "application/zip", ".md": "text/markdown" };

let certificate;

/** The certificate of the host, which programs are told to trust, and its key; made anew for each run. */
export function certificateFiles() {
  if (!certificate) {
    const folder = mkdtempSync(join(tmpdir(), "skillpress-certificate-"));
    process.on("exit", () => execFileSync("rm", ["-rf", folder]));
    certificate = { key: join(folder, "key.pem"), cert: join(folder, "cert.pem") };
    const name = ["-subj", "/CN=skills.example", "-addext", "subjectAltName=DNS:skills.example"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", certificate.key];
    execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, "-out", certificate.cert, ...name], { stdio: "ignore" });
  }
  return certificate;
}

/**
 * Serves the files below `folder()`, an answer of `changed` (path → bytes) in the place of each, and notes in `asked`
 * which paths were asked for.
 */
export async function serveHttps(folder, changed = new Map(), asked = []) {
  const { key, cert } = certificateFiles();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "https://skills.example").pathname);
    asked.push(path);
    try {
      let file = join(folder(), normalize(path));
      if ((await stat(file)).isDirectory()) file = join(file, "index.html");
      const bytes = changed.get(path) ?? (await readFile(file));
      response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
      response.end(bytes);
    } catch {
      response.statusCode = 404;
      response.end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
