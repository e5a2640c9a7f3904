// A registry in a temporary folder, the ways to serve it, and the clients with a home of their own.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { certificateFiles, serveHttps } from "./https.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const edgeServer = join(here, "../../examples/edge/serve.mjs");
const clients = {
  skills: join(here, "node_modules/skills/bin/cli.mjs"),
  clawhub: join(here, "node_modules/clawhub/bin/clawdhub.js"),
};

/** A content folder, the site built from it, and a server of some kind on a loopback port. */
export class Registry {
  /**
   * `kind`: `serve` is skillpress's own server, `static` is python's stock file server with a site as it is built by
   * default, `full` the same with all documents of the API, `edge` is the example of an edge function before files,
   * `github` is the file server again, with a public repository behind the site, `https` a site of plain files at an https
   * address, with all lists that clients read. `commits` are the content before
   * `files`, the oldest first, in a git repository whose old versions are published.
   */
  static async start(kind, files, { commits = [], settings = "" } = {}) {
    const registry = new Registry();
    registry.settings = settings;
    registry.kind = kind;
    registry.folder = await mkdtemp(join(tmpdir(), "skillpress-clients-"));
    registry.content = join(registry.folder, "content");
    registry.site = join(registry.folder, "public");
    if (kind === "https") {
      registry.changed = new Map();
      registry.asked = [];
      registry.https = await serveHttps(() => registry.site, registry.changed, registry.asked);
      registry.url = `https://skills.example:${registry.https.address().port}`;
    } else {
      registry.port = await freePort();
      registry.url = `http://127.0.0.1:${registry.port}`;
    }
    registry.hasVersions = commits.length > 0;
    for (const commit of commits) await registry.commit(commit);
    await registry.publish(files);
    return registry;
  }

  /** Writes these files into the content folder, and commits it. */
  async commit(files) {
    await writeFiles(this.content, files);
    const git = (...args) => run("git", ["-c", "user.name=a", "-c", "user.email=a@example", ...args], { cwd: this.folder });
    await git("init", "--quiet");
    await git("add", "--all", "content");
    await git("commit", "--quiet", "--allow-empty", "-m", "content");
  }

  /** Writes these files (path → text or bytes) into the content folder, and serves the site that is built from it. */
  async publish(files) {
    await (this.hasVersions ? this.commit(files) : writeFiles(this.content, files));
    const config = join(this.folder, "skillpress.toml");
    const versions = this.hasVersions ? '[versions]\nfrom = "git"\n' : "";
    await writeFile(config, `title = "Test"\n${SETTINGS[this.kind] ?? ""}${versions}${this.settings}`);
    const input = ["--content", this.content, "--config", config];
    await this.stopServer();
    if (this.kind === "serve") {
      this.server = spawn(process.env.SKILLPRESS, ["serve", ...input, "--addr", `127.0.0.1:${this.port}`]);
    } else {
      await run(process.env.SKILLPRESS, ["build", ...input, "--out", this.site, "--base-url", this.url, "--quiet"]);
      if (this.https) return;
      this.server =
        this.kind === "edge"
          ? spawn(process.execPath, [edgeServer, this.site, this.port])
          : spawn("python3", ["-m", "http.server", this.port, "--bind", "127.0.0.1"], { cwd: this.site });
    }
    this.server.stderr.resume();
    this.server.stdout.resume();
    await answers(`${this.url}/.well-known/clawhub.json`);
  }

  /** Takes a folder out of the content folder. */
  remove(path) {
    return rm(join(this.content, path), { recursive: true });
  }

  /** The page of a skill, as it is served. */
  async page(owner, slug) {
    const response = await fetch(`${this.url}/${owner}/skills/${slug}/`);
    return response.text();
  }

  /**
   * Serves the content folder as the host of public repositories serves a commit: one zip, wrapped in a folder.
   * Gives the address for the client's setting, and the paths that were asked for.
   */
  async startRepository() {
    const wrapped = join(this.folder, "registry-main");
    await cp(this.content, join(wrapped, "content"), { recursive: true });
    const zip = join(this.folder, "main.zip");
    await run("python3", ["-m", "zipfile", "-c", zip, wrapped]);
    const bytes = await readFile(zip);
    const asked = [];
    this.repository = createHttpServer((request, response) => {
      asked.push(request.url);
      response.end(bytes);
    });
    await new Promise((resolve) => this.repository.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${this.repository.address().port}`, asked };
  }

  /** The text of a file of the built site. */
  read(path) {
    return readFile(join(this.site, path), "utf8");
  }

  /** The files of a skill in the content folder, path → bytes. */
  async skill(owner, slug) {
    const files = await readFiles(join(this.content, "skills", owner, slug));
    files.delete("_meta.json");
    return files;
  }

  async stopServer() {
    if (!this.server) return;
    const ended = new Promise((resolve) => this.server.once("exit", resolve));
    this.server.kill();
    await ended;
  }

  async stop() {
    for (const server of [this.repository, this.https]) {
      server?.closeAllConnections();
      server?.close();
    }
    await this.stopServer();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What the settings say for a kind of host. */
const SETTINGS = {
  full: "[api]\nfull = true\n",
  edge: '[hosting]\nmode = "edge"\n',
  https: '[marketplace]\nname = "acme"\nlists = ["site", "badges", "collections", "owners"]\n[npm]\nscope = "@acme"\n',
  github: '[hosting]\nmode = "github"\ngithub_repository = "acme/registry"\ngithub_commit = "main"\n',
};

/** A user with an empty home and project folder; nothing that a client does can leave this machine. */
export class User {
  static async create() {
    const user = new User();
    user.home = await mkdtemp(join(tmpdir(), "skillpress-user-"));
    user.project = join(user.home, "project");
    await mkdir(user.project);
    return user;
  }

  skills(...args) {
    return this.#client(clients.skills, args);
  }

  /** Runs any other program in the project folder, with these variables besides. */
  program(path, args, env = {}) {
    const options = { cwd: this.project, env: { ...this.#env(), ...env }, timeout: 120_000 };
    return run(path, args, { ...options, mayFail: true });
  }

  clawhub(registry, ...args) {
    return this.#client(clients.clawhub, ["--no-input", "--registry", registry.url, ...args]);
  }

  /** The same without `--registry`: the client finds the API at the site's well-known address. */
  clawhubAtSite(registry, ...args) {
    return this.#client(clients.clawhub, ["--no-input", "--site", registry.url, ...args]);
  }

  /**
   * Runs a line as it stands on a page, in a shell in the project folder. The programs are the pinned clients, told that
   * nobody is there to answer questions; of `npx`, only what it starts.
   */
  async shell(line, env = {}) {
    const bin = join(this.home, "bin");
    const node = process.execPath;
    const programs = {
      claude: `exec "${join(await packages("claude"), `@anthropic-ai/claude-code-linux-${process.arch}/claude`)}" "$@"`,
      gemini: `exec "${node}" "${join(await packages("gemini"), "@google/gemini-cli/bundle/gemini.js")}" "$@" --consent`,
      npm: `exec "${node}" "${join(await packages("npm"), "npm/bin/npm-cli.js")}" "$@"`,
    };
    const written = Object.entries(programs).map(([name, text]) => [name, `#!/bin/sh\n${text}\n`]);
    const npx = `#!/bin/sh
client=$1; shift
case $client in
  skills) exec "${process.execPath}" "${clients.skills}" "$@" --yes ;;
  clawhub) exec "${process.execPath}" "${clients.clawhub}" --no-input "$@" ;;
esac
exit 127
`;
    await writeFiles(bin, { npx, ...Object.fromEntries(written) });
    for (const name of ["npx", ...Object.keys(programs)]) await chmod(join(bin, name), 0o755);
    const quiet = { DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", npm_config_update_notifier: "false", npm_config_audit: "false" };
    const path = `${bin}:${dirname(node)}:${process.env.PATH}`;
    const options = { cwd: this.project, env: { ...this.#env(), ...quiet, PATH: path, ...env }, timeout: 120_000 };
    return run("sh", ["-c", line], { ...options, mayFail: true });
  }

  /** What is installed in a folder of the project, path → bytes, without what the client notes for itself. */
  async installed(folder) {
    const files = await readFiles(join(this.project, folder));
    for (const path of files.keys()) if (path.startsWith(".clawhub/")) files.delete(path);
    return files;
  }

  remove() {
    return rm(this.home, { recursive: true, force: true });
  }

  #client(program, args) {
    return this.program(process.execPath, [program, ...args]);
  }

  #env() {
    const closed = "http://127.0.0.1:9";
    return {
      PATH: process.env.PATH,
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, "config"),
      XDG_CACHE_HOME: join(this.home, "cache"),
      XDG_STATE_HOME: join(this.home, "state"),
      DISABLE_TELEMETRY: "1",
      DO_NOT_TRACK: "1",
      CLAWHUB_DISABLE_TELEMETRY: "1",
      NO_COLOR: "1",
      CI: "1",
      // Whatever is not on loopback goes to a proxy that is not there.
      NODE_USE_ENV_PROXY: "1",
      NODE_NO_WARNINGS: "1",
      HTTP_PROXY: closed,
      HTTPS_PROXY: closed,
      NO_PROXY: "127.0.0.1,skills.example",
      NODE_EXTRA_CA_CERTS: certificateFiles().cert,
      CURL_CA_BUNDLE: certificateFiles().cert,
    };
  }
}

/** The command lines by which a page installs, as a visitor copies them; those that check a zip are tested in Rust. */
export function commands(page) {
  const [install] = page.split('<details class="checks">');
  const lines = [...install.matchAll(/<div class="command"><code>(.*?)<\/code>/gs)].map(([, line]) => line);
  const characters = { amp: "&", lt: "<", gt: ">", quot: '"', "#38": "&", "#34": '"', "#39": "'", "#60": "<", "#62": ">" };
  return lines.map((line) => line.replace(/&(#?\w+);/g, (_, name) => characters[name] ?? assert.fail(`&${name};`)));
}

/** Runs a program; returns its exit code and its output, both streams together. */
async function run(program, args, { mayFail = false, ...options } = {}) {
  const result = await new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      // Colours and cursor movements say nothing here.
      const output = `${stdout}${stderr}`.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
      resolve({ code: error ? (error.code ?? 1) : 0, output });
    });
  });
  if (result.code !== 0 && !mayFail) throw new Error(`${program} ${args.join(" ")}\n${result.output}`);
  return result;
}

/** The folder of a client's packages, see `package-folder`. */
export async function packages(name) {
  const { output } = await run(join(here, "package-folder"), [name]);
  return join(output.trim(), "node_modules");
}

async function writeFiles(folder, files) {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** All files below a folder, path → bytes. */
export async function readFiles(folder) {
  const files = new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), await readFile(path));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url) {
  for (let n_tries = 0; n_tries < 200; n_tries++) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer`);
}
