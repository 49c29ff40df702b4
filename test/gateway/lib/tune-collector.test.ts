import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("pause-in-child.ts", import.meta.url));
/** V8 begins to look for memory to give back after two seconds, not after eight. */
const FLAGS = ["--allow-natives-syntax", "--gc-memory-reducer-start-delay-ms=2000"];

/** What a process says of itself after a pause. */
async function afterPause(what: "tuned" | "untuned" | "memory"): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, SCRIPT, what], { timeout: 60_000 });
  return stdout.trim();
}

it("keeps what was compiled through pauses in which memory is collected, and V8 by itself would not", async () => {
  expect(await Promise.all([afterPause("tuned"), afterPause("untuned")])).toEqual(["compiled", "forgotten"]);
}, 60_000);

it("gives memory back in a long pause", async () => {
  expect(Number(await afterPause("memory"))).toBeLessThan(0.5);
});
