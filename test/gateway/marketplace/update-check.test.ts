/** The daily question after new versions: what exactly is sent, when, and what becomes of the answer. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { readInstallId } from "../../../src-gateway/marketplace/install-id.ts";
import { readAnswer } from "../../../src-gateway/marketplace/read-answer.ts";
import { platformName } from "../../../src-gateway/marketplace/send-ping.ts";
import { createUpdateCheck } from "../../../src-gateway/marketplace/update-check.ts";
import { createNoticeBoard } from "../../../src-gateway/store/notice-board.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { until } from "../../support/until.ts";
import { projectRoot } from "../../tidy/project-files.ts";

const DAY_MS = 86_400_000;
const ANSWER = {
  latest_version: "9.0.0",
  update_available: true,
  update_url: "https://example.com/9",
  update_message: "Fixes: a leak.\nFeatures: more.",
  security_update: true,
  announcements: [
    { id: "a1", type: "maintenance", title: "Down on Sunday", message: "For an hour.", priority: "high" },
    { id: "a2", type: "offer", title: "Over", message: "", expires_at: "2020-01-01T00:00:00Z" },
  ],
  message: "hello",
};

/** Takes connections and keeps every byte of them. */
async function startRawMarketplace() {
  let reply = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${JSON.stringify(ANSWER)}`;
  const received: string[] = [];
  const server = net.createServer((socket) => {
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const [head = "", body = ""] = text.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      if (!text.includes("\r\n\r\n") || body.length < length) return;
      received.push(text);
      socket.end(reply);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    answer: (next: string) => {
      reply = next;
    },
    stop: () => new Promise((resolve) => void server.close(resolve)),
  };
}

let folder = "";
let marketplace: Awaited<ReturnType<typeof startRawMarketplace>>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "gateway-updates-"));
  marketplace = await startRawMarketplace();
});
afterEach(async () => {
  await marketplace.stop();
  rmSync(folder, { recursive: true, force: true });
});

describeOnBothDatabases("the question after new versions", (database) => {
  async function start(options: { baseUrl?: string } = {}) {
    const store = await database.open();
    const log = recordingLogger();
    const timers: { run: () => void; ms: number }[] = [];
    const board = createNoticeBoard(store, systemClock);
    const check = createUpdateCheck({
      baseUrl: options.baseUrl ?? marketplace.url,
      ping: async () => ({
        install_id: await readInstallId(folder),
        gateway_version: "1.2.3",
        platform: "linux/amd64",
        database_type: "sqlite",
      }),
      board,
      clock: systemClock,
      schedule: (run, ms) => {
        timers.push({ run, ms });
        return () => {};
      },
      random: () => 0.5,
      log,
    });
    check.start();
    await until(() => timers.length === 1);
    return {
      check,
      board,
      log,
      timers,
      next: async (): Promise<void> => {
        const before = timers.length;
        timers.at(-1)?.run();
        await until(() => timers.length > before);
      },
      close: () => check.stop(),
    };
  }

  it("sends exactly these bytes, and no others", async () => {
    const { next, close } = await start();
    await next();
    const id = readFileSync(join(folder, "install_id"), "utf8").trim();
    const body = `{"install_id":"${id}","gateway_version":"1.2.3","platform":"linux/amd64","database_type":"sqlite"}`;
    expect(marketplace.received).toEqual([
      [
        "POST /api/v1/gateway/ping HTTP/1.1",
        "Content-Type: application/json",
        `Content-Length: ${body.length}`,
        `Host: 127.0.0.1:${marketplace.port}`,
        "Connection: close",
        "",
        body,
      ].join("\r\n"),
    ]);
    // And the page that people are referred to shows them.
    const shown = readFileSync(join(projectRoot, "docs/privacy.md"), "utf8");
    expect(shown).toContain(
      [
        "POST /api/v1/gateway/ping HTTP/1.1",
        "Content-Type: application/json",
        "Content-Length: 129",
        "Host: marketplace.example",
        "Connection: close",
        "",
        '{"install_id":"7f0c1b8e-5c0a-4e0e-9a57-2f1d9b0c6a11","gateway_version":"0.1.0","platform":"linux/amd64","database_type":"sqlite"}',
      ].join("\n"),
    );
    await close();
  });

  it("keeps the answer, says it once, and lets announcements be put away", async () => {
    const { next, board, log, timers, close } = await start();
    expect(timers[0]?.ms).toBe(60_000);
    await next();
    expect(timers[1]?.ms).toBe(DAY_MS);
    await next();
    expect(marketplace.received).toHaveLength(2);
    expect(await board.lastNews()).toMatchObject({ latestVersion: "9.0.0", isAvailable: true, isSecurity: true });
    const said = log.lines.map(({ level, message }) => `${level} ${message}`);
    expect(said).toEqual([
      "warn version 9.0.0 closes a security hole; update the gateway",
      "info Down on Sunday",
      "info Over",
    ]);
    expect((await board.announcements({ withDismissed: false })).map(({ id }) => id)).toEqual(["a1"]);
    await board.dismiss("a1");
    await next();
    expect(await board.announcements({ withDismissed: false })).toEqual([]);
    expect(await board.announcements({ withDismissed: true })).toMatchObject([{ id: "a1", title: "Down on Sunday" }]);
    expect(await board.dismiss("nobody")).toBeNull();
    await close();
  });

  it.each([
    ["nothing listens", null],
    ["it answers with an error", "HTTP/1.1 500 No\r\nconnection: close\r\n\r\n"],
    ["it sends elsewhere", "HTTP/1.1 302 Go\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\r\n"],
    ["its answer is none", "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<html>"],
    ["its answer has no end", `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${"x".repeat(300_000)}`],
  ])("goes on asking when %s the first time", async (_name, reply) => {
    const { check, next, log, timers, board, close } = await start(
      reply === null ? { baseUrl: "http://127.0.0.1:1" } : {},
    );
    if (reply !== null) marketplace.answer(reply);
    await next();
    expect(check.problem()).not.toBeNull();
    expect(timers.at(-1)?.ms).toBe(3_600_000);
    for (let n = 0; n < 6; n++) await next();
    expect(timers.at(-1)?.ms).toBe(DAY_MS);
    // A machine without a network does not fill its log.
    expect(log.lines).toHaveLength(1);
    expect(await board.lastNews()).toBeNull();
    if (reply !== null) {
      marketplace.answer(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${JSON.stringify(ANSWER)}`);
      await next();
    }
    // Where nobody listens, the problem stays.
    expect(check.problem() === null).toBe(reply !== null);
    await close();
  });

  it("is not asked again by a restart before the day is over", async () => {
    const store = await database.open();
    const board = createNoticeBoard(store, systemClock);
    await board.keep(readAnswer(ANSWER), "1.2.3");
    const waits: number[] = [];
    const check = createUpdateCheck({
      baseUrl: marketplace.url,
      ping: () => Promise.reject(new Error("not now")),
      board,
      clock: systemClock,
      schedule: (_run, ms) => {
        waits.push(ms);
        return () => {};
      },
      random: () => 0.5,
      log: recordingLogger(),
    });
    check.start();
    await until(() => waits.length === 1);
    expect(waits[0]).toBeGreaterThan(DAY_MS - 60_000);
    await check.stop();
  });
});

describe("the installation's id", () => {
  it("is made once, at random, readable by its owner only", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => readInstallId(folder)));
    const [one] = all;
    expect(new Set(all).size).toBe(1);
    expect(one).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(statSync(join(folder, "install_id")).mode & 0o777).toBe(0o600);
    expect(await readInstallId(folder)).toBe(one);
    expect(existsSync(join(folder, "install_id"))).toBe(true);
  });

  it("goes with a platform as the earlier gateway spelled it", () => {
    expect([platformName("linux", "x64"), platformName("win32", "arm64"), platformName("darwin", "arm64")]).toEqual([
      "linux/amd64",
      "windows/arm64",
      "darwin/arm64",
    ]);
  });
});

describe("an answer", () => {
  it("is taken for what it is, whatever it holds", () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), (json) => {
        const { news, announcements } = readAnswer(json);
        expect(announcements.length).toBeLessThanOrEqual(50);
        expect(news.url === null || /^https?:/.test(news.url)).toBe(true);
      }),
    );
  });

  it("brings no control characters to a terminal, and nothing but web addresses to click on", () => {
    const { news, announcements } = readAnswer({
      latest_version: "1\u001b[2J",
      update_url: "javascript:alert(1)",
      announcements: [{ id: 7, title: "a\u202eb\u0007", url: "file:///etc/passwd" }, { title: "no id" }, null],
    });
    expect(news).toMatchObject({ latestVersion: "1[2J", url: null });
    expect(announcements).toMatchObject([{ id: "7", title: "ab", url: null }]);
  });
});
