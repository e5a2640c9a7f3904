// Runs nginx with the example that the project publishes, as an ordinary user.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { root } from "./site.mjs";

const candidates = [process.env.NGINX, "/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
/** Who runs it where the tests run as root: nobody. */
const NOBODY = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Serves `folder` at the root of a loopback port, as `examples/nginx.conf` says. */
export async function serveWithNginx(folder) {
  const program = candidates.find((file) => file && existsSync(file));
  if (!program) throw new Error("no nginx found: install it, or name it in NGINX");
  const temp = mkdtempSync(path.join(tmpdir(), "skillpress-nginx-"));
  const inTemp = (name) => path.join(temp, name);
  // Folders made for a test are open to their owner alone.
  chmodSync(path.dirname(folder), 0o755);
  const port = await freePort();
  writeFileSync(inTemp("site.conf"), site(folder, port, inTemp("skills-redirects")));
  writeFileSync(inTemp("skills-redirects.map"), redirectMap(folder));
  writeFileSync(inTemp("nginx.conf"), `
    daemon off;
    pid ${inTemp("pid")};
    error_log stderr warn;
    worker_processes 1;
    events { worker_connections 512; }
    http {
      include /etc/nginx/mime.types;
      default_type application/octet-stream;
      access_log off;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${inTemp(kind)};`).join("\n      ")}
      include ${inTemp("site.conf")};
    }`);
  if (NOBODY.uid) chownSync(temp, NOBODY.uid, NOBODY.gid);
  const server = spawn(program, ["-e", "stderr", "-p", temp, "-c", inTemp("nginx.conf")], { stdio: ["ignore", "ignore", "pipe"], ...NOBODY });
  let said = "";
  server.stderr.on("data", (chunk) => (said += chunk));
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const url = `http://127.0.0.1:${port}/`;
  for (let triesLeft = 100; ; triesLeft--) {
    if (await fetch(url).then((response) => response.ok, () => false)) break;
    if (!triesLeft || server.exitCode !== null) {
      server.kill();
      throw new Error(`nginx does not answer: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    async close() {
      server.kill("SIGTERM");
      await ended;
      rmSync(temp, { recursive: true, force: true });
    },
  };
}

const example = readFileSync(path.join(root, "examples/nginx.conf"), "utf8");

/** The example with its four lines changed. */
function site(folder, port, redirects) {
  let text = example;
  for (const [line, own, times] of [
    ["listen 80;", `listen 127.0.0.1:${port};`, 1],
    ["root /srv/skills/public;", `root ${folder};`, 1],
    ["include /etc/nginx/skills-redirects*.map;", `include ${redirects}*.map;`, 2],
  ]) {
    const marked = `${line} # CHANGE`;
    if (text.split(marked).length !== times + 1) throw new Error(`the example has no ${times} lines \`${marked}\``);
    text = text.replaceAll(marked, own);
  }
  return text;
}

/** What the example's `awk` prints. */
function redirectMap(folder) {
  const [, program] = /awk '(.*)' public\/_redirects/.exec(example);
  return execFileSync("awk", [program, path.join(folder, "_redirects")]);
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
