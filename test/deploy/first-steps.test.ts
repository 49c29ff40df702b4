/** A new operator: the steps of docs/deployment.md, word by word, from a bundle and an empty PostgreSQL database. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeBundle } from "../../config/tooling/make-bundle.ts";
import { describeOnPostgres } from "../suites/store.suite.ts";
import { freePort } from "../support/nginx.ts";

const LIMIT_MS = 5 * 60_000;
const text = readFileSync(new URL("../../docs/deployment.md", import.meta.url), "utf8");
const steps = /<!-- steps -->\n```sh\n([\s\S]*?)\n```/.exec(text)?.[1] ?? "";

describeOnPostgres("the first steps of a team", (database) => {
  it("lead to a team server that a member's key opens, in less than five minutes", {
    timeout: LIMIT_MS + 60_000,
  }, async (context) => {
    if (process.platform === "win32") return context.skip("the steps are for a POSIX shell");
    const folder = mkdtempSync(join(tmpdir(), "gateway-steps-"));
    const bundle = makeBundle(folder);
    const port = await freePort();
    // The gateway is what the steps leave behind, also where one of them fails.
    const script = `set -eu\ntrap 'echo "pid $!"' EXIT\n${steps.replaceAll("8081", String(port))}\n`;
    const startedAt = performance.now();
    const shell = spawn("sh", ["-c", script], {
      cwd: folder,
      env: { PATH: `${bundle}/bin:/usr/bin:/bin`, HOME: folder, DATABASE_URL: database.url },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [shell.stdout, shell.stderr])
      stream.on("data", (chunk: Buffer) => void (said += chunk.toString()));
    const code = await new Promise((resolve) => shell.once("exit", resolve));
    const pid = Number(/^pid (\d+)$/m.exec(said)?.[1]);
    try {
      if (code !== 0) throw new Error(`The steps ended with ${String(code)}:\n${said}`);
      const key = /tok_[\w-]{43}/.exec(said)?.[0] ?? "";
      const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: "loopback", messages: [{ role: "user", content: "Hello" }] }),
      });
      expect(reply.status).toBe(200);
      const tookMs = performance.now() - startedAt;
      process.stderr.write(`a team server was up after ${(tookMs / 1000).toFixed(1)} s\n`);
      expect(tookMs).toBeLessThan(LIMIT_MS);
      const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { database: string };
      expect(health.database).toBe("postgres");
    } finally {
      if (pid > 0) process.kill(pid, "SIGTERM");
      await expect
        .poll(
          () =>
            fetch(`http://127.0.0.1:${port}/livez`).then(
              () => "open",
              () => "closed",
            ),
          { timeout: 10_000 },
        )
        .toBe("closed");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
