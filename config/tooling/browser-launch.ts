import type { LaunchOptions } from "playwright";
import { findChromium } from "./find-chromium.ts";

/** How the tests start their browser. */
export function browserLaunch(): LaunchOptions {
  // Chromium asks its maker for updates and lists when it starts, which a closed network turns into waiting.
  const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"];
  // Its sandbox refuses to run as root.
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  const executablePath = findChromium();
  return executablePath === null ? { args } : { args, executablePath };
}
