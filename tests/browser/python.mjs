// Runs Python's own file server, the plainest host there is.
import { spawn } from "node:child_process";

import { freePort } from "./nginx.mjs";

/** Python's own file server: no ranges, no headers, types by name. */
export async function serveWithPython(folder) {
  const port = await freePort();
  const server = spawn("python3", ["-m", "http.server", port, "--bind", "127.0.0.1"], { cwd: folder, stdio: "ignore" });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const url = `http://127.0.0.1:${port}/`;
  for (let triesLeft = 100; !(await fetch(url).then((response) => response.ok, () => false)); triesLeft--) {
    if (!triesLeft) throw new Error("the file server does not answer");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, close: () => (server.kill(), ended) };
}
