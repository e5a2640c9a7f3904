// Starts the system's Chromium, without anything that talks to the outside.
import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A headless browser; each one has a fresh profile. `host` is a name that it takes for this machine, `args` are more options of Chromium's. */
export function launch({ host, args = [] } = {}) {
  const executablePath = candidates.find((file) => file && existsSync(file));
  if (!executablePath) throw new Error("no Chromium found: install it, or name it in CHROMIUM");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", ...(host ? [`--host-resolver-rules=MAP ${host} 127.0.0.1`] : []), ...args],
  });
}
