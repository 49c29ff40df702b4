/** A keychain that is there and never answers: a session bus that accepts connections and stays silent. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askSocket } from "../support/ask-socket.ts";
import { type Daemon, newFolder, startDaemon } from "../support/daemon.ts";
import { type SilentBus, startSilentBus } from "../support/silent-bus.ts";

/** A gateway that waited for the keychain would take 3 s, or for good; without it, it takes some milliseconds. */
const A_MOMENT_MS = 2_500;
const useKeychain = fileURLToPath(new URL("./use-keychain.ts", import.meta.url));

let bus: SilentBus;
let folder: ReturnType<typeof newFolder>;
beforeEach(async () => {
  bus = await startSilentBus();
  folder = newFolder();
});
afterEach(() => {
  bus.close();
  folder.remove();
});

const timed = async <Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> => {
  const began = performance.now();
  return { result: await work, ms: performance.now() - began };
};

function startWithKeychain(): Daemon {
  const config = join(folder.path, "gateway.yaml");
  const provider = { id: "home", kind: "openai", base_url: "http://127.0.0.1:9/v1", credential: "keychain:home" };
  writeFileSync(config, JSON.stringify({ providers: [provider], routes: [{ match: "gpt-5", targets: ["home"] }] }));
  return startDaemon(folder.path, ["--config", config], {
    TOKLIGENCE_LOG_LEVEL: "silent",
    DBUS_SESSION_BUS_ADDRESS: bus.address,
  });
}

describe.skipIf(process.platform !== "linux")("a gateway whose keychain never answers (needs Linux)", () => {
  it("goes on for everybody else, says so, and ends when it is told to", async () => {
    const daemon = startWithKeychain();
    const { url, clientKey, dataDir } = await daemon.ready;
    const chat = async (model: string): Promise<number> => {
      const reply = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${clientKey}` },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] }),
      });
      await reply.text();
      return reply.status;
    };
    const waiting = chat("gpt-5");
    await expect.poll(() => bus.connections(), { timeout: 20_000 }).toBeGreaterThan(0);
    for (const { result, ms } of [
      await timed(fetch(`${url}/health`).then(({ status }) => status)),
      await timed(chat("loopback")),
    ]) {
      expect(result).toBe(200);
      expect(ms).toBeLessThan(A_MOMENT_MS);
    }
    expect(await waiting).toBeGreaterThanOrEqual(500);
    // What is known to hang is not waited for again.
    const again = await timed(chat("gpt-5"));
    expect(again.result).toBeGreaterThanOrEqual(500);
    expect(again.ms).toBeLessThan(A_MOMENT_MS);
    const { text } = await askSocket(join(dataDir, "gateway.sock"), { method: "GET", path: "/api/v1/status" });
    expect((JSON.parse(text) as { secretStore: unknown }).secretStore).toMatchObject({
      kind: "keychain",
      state: "locked",
      problem: expect.stringContaining("did not answer"),
    });
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    expect(daemon.errors()).toBe("");
  }, 60_000);

  it("leaves a program its exit code", async () => {
    const child = spawn(process.execPath, [useKeychain], {
      env: { PATH: process.env["PATH"], HOME: folder.path, DBUS_SESSION_BUS_ADDRESS: bus.address, EXIT_CODE: "3" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(3);
  }, 60_000);
});
