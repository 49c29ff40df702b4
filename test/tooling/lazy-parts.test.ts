import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lazyGroups } from "../../config/tooling/lazy-parts.ts";
import { type Daemon, newFolder, startDaemon } from "../support/daemon.ts";

/** Writes down which files of the program were loaded, when the process ends. */
const HOOK = `process.on("exit", () => require("node:fs").writeFileSync(process.env.LOADED_FILES,
  JSON.stringify(Object.keys(require.cache).map((path) => path.replace(/^.*[\\\\/]/, "")))));`;

const PARTS = new Set(["app", ...lazyGroups.map(({ name }) => name).filter((name) => name !== "daemon")]);

const CHOICE = { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Good day" } };
const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

let folder: ReturnType<typeof newFolder>;
let daemon: Daemon | null = null;
beforeEach(() => {
  folder = newFolder();
  writeFileSync(join(folder.path, "hook.cjs"), HOOK);
});
afterEach(async () => {
  daemon?.child.kill("SIGKILL");
  await daemon?.ended;
  folder.remove();
});

function start(): Daemon {
  return startDaemon(folder.path, [], {
    NODE_OPTIONS: `--require ${join(folder.path, "hook.cjs")}`,
    LOADED_FILES: join(folder.path, "loaded.json"),
  });
}

/** Ends the gateway, and tells which parts it had loaded by then. */
async function partsLoadedBy({ child, ended }: Daemon): Promise<string[]> {
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
  const file = join(folder.path, "loaded.json");
  expect(existsSync(file)).toBe(true);
  const names = (JSON.parse(readFileSync(file, "utf8")) as string[]).map((name) => name.replace(/-[\w-]{8}\.cjs$/, ""));
  expect(names).toContain("daemon");
  return names.filter((name) => PARTS.has(name)).sort();
}

it("a gateway that was only started has loaded nothing that calls, translates, validates or draws", async () => {
  daemon = start();
  await daemon.ready;
  // The first start makes the database.
  expect(await partsLoadedBy(daemon)).toEqual(["migrations", "sql-rest"]);
  daemon = start();
  await daemon.ready;
  expect(await partsLoadedBy(daemon)).toEqual([]);
});

it("what people ask for and switch on is there when they do", async () => {
  mkdirSync(join(folder.path, "config"));
  const file = join(folder.path, "config", "gateway.yaml");
  writeFileSync(file, "budgets:\n  - { id: all, per: user, limit: 50, window: month }\n");
  daemon = start();
  const { url, clientKey = "" } = await daemon.ready;
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const reply = await fetch(`${url}${path.startsWith("/v1/") ? "" : "/api/v1"}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${clientKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(reply.status, `${path}: ${await reply.clone().text()}`).toBe(200);
    return reply.json();
  };
  await ask("/v1/chat/completions", { model: "loopback", messages: [{ role: "user", content: "Hello" }] });
  expect(JSON.stringify(await ask("/budgets"))).toContain('"all"');
  const { csv } = (await ask("/admin/users/export")) as { csv: string };
  expect(csv).toContain("admin@local");
  await ask("/admin/users/import", { csv: "email,role\nanna@example.com,gateway_user\n" });
  expect(JSON.stringify(await ask("/admin/users"))).toContain("anna@example.com");
  await ask("/ledger/verify", {});
  expect(JSON.stringify(await ask("/config/document"))).toContain("budgets:");
  expect(await partsLoadedBy(daemon)).toEqual(
    expect.arrayContaining(["app", "books", "budgets", "configuration", "people", "shapes", "yaml"]),
  );
});

it("what was put off is there when a configuration, a call to a provider and a translation need it", async () => {
  const answer = { id: "1", object: "chat.completion", created: 1, model: "m", choices: [CHOICE], usage: USAGE };
  const provider = createServer((request, response) => {
    request
      .resume()
      .on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify(answer)));
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const { port } = provider.address() as AddressInfo;
  mkdirSync(join(folder.path, "config"));
  writeFileSync(
    join(folder.path, "config", "gateway.yaml"),
    `providers:\n  - { id: p, kind: openai-compatible, base_url: "http://127.0.0.1:${port}/v1", models: [m] }\n`,
  );
  try {
    daemon = start();
    const { url, consoleUrl, clientKey = "" } = await daemon.ready;
    const reply = await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": clientKey },
      body: JSON.stringify({ model: "p/m", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] }),
    });
    expect(await reply.json()).toMatchObject({ type: "message", content: [{ type: "text", text: "Good day" }] });
    expect((await fetch(consoleUrl)).status).toBe(200);
    expect(await partsLoadedBy(daemon)).toEqual([
      "app",
      "books",
      "configuration",
      "migrations",
      "people",
      "protocols",
      "shapes",
      "sql-rest",
      "undici",
      "yaml",
    ]);
  } finally {
    provider.closeAllConnections();
    provider.close();
  }
});
