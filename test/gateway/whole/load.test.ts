import http from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  gateway = await startTestGateway({
    config: { providers: [{ id: "p", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m"] }] },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

const piece = (text: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { content: text }, finish_reason: finish }] })}\n\n`;

/** Streams a few pieces, each one when the one before has left. */
function streamSlowly(): void {
  provider.respond = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let sent = 0;
    const next = (): void => {
      if (response.destroyed) return;
      if (sent === 20) return void response.end(`${piece("", "stop")}data: [DONE]\n\n`);
      sent++;
      response.write(piece(`word ${sent} `), () => setImmediate(next));
    };
    next();
  };
}

function openStream(session: string, leaveAfterBytes: number | null): Promise<"whole" | "left"> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: session }] });
    const request = http.request(
      `${gateway.url}/v1/chat/completions`,
      {
        method: "POST",
        agent: false,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          authorization: `Bearer ${gateway.key}`,
          "x-tokligence-session": session,
        },
      },
      (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (leaveAfterBytes !== null && bytes >= leaveAfterBytes) {
            request.destroy();
            resolve("left");
          }
        });
        response.on("end", () => resolve("whole"));
        response.on("error", () => resolve("left"));
      },
    );
    request.on("error", (error) => (leaveAfterBytes === null ? reject(error) : resolve("left")));
    request.end(body);
  });
}

describe("five hundred streams at once, a quarter of whose clients leave", () => {
  it("leave exactly one record each, no open socket, and no unhandled rejection", async () => {
    streamSlowly();
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", onRejection);
    const sessions = Array.from({ length: 500 }, (_, n) => `load-${n}`);
    const ends = await Promise.all(
      sessions.map((session, n) => openStream(session, n % 4 === 0 ? 1 + ((n * 37) % 900) : null)),
    );
    expect(ends.filter((end) => end === "whole").length).toBeGreaterThanOrEqual(375);

    const list = await gateway.exchanges(500, (exchange) => exchange.session?.startsWith("load-") ?? false);
    expect(new Set(list.map((exchange) => exchange.session)).size).toBe(500);
    expect(list).toHaveLength(500);
    expect(list.every((exchange) => exchange.outcome === "completed" || exchange.outcome === "client_aborted")).toBe(
      true,
    );
    expect(list.filter((exchange) => exchange.outcome === "completed").length).toBeGreaterThanOrEqual(375);
    process.off("unhandledRejection", onRejection);
    expect(rejections).toEqual([]);
    // What is left open are idle connections kept for the next request, which close by themselves.
    await expect.poll(() => provider.openSockets(), { timeout: 15_000 }).toBe(0);
  });
});

describe("further five hundreds", () => {
  it("leave memory where the ones before left it", { timeout: 60_000 }, async () => {
    streamSlowly();
    const heldBytes = (): number => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const round = async (name: string): Promise<number> => {
      const sessions = Array.from({ length: 500 }, (_, n) => `${name}-${n}`);
      await Promise.all(sessions.map((session, n) => openStream(session, n % 4 === 0 ? 1 + ((n * 37) % 900) : null)));
      await gateway.exchanges(500, (exchange) => exchange.session?.startsWith(`${name}-`) ?? false);
      await expect.poll(() => provider.openSockets(), { timeout: 15_000 }).toBe(0);
      provider.requests.length = 0;
      return heldBytes();
    };
    await round("warm");
    const held = [await round("first"), await round("second"), await round("third"), await round("fourth")];
    const growth = held.slice(1).map((bytes, n) => (bytes - (held[n] ?? 0)) / 500);
    // What leaks, leaks every time; caches that fill up, the test's own client and server, and its runner do not. One
    // exchange that is held on to, with its request and its closures, is more than this.
    expect(Math.min(...growth)).toBeLessThan(6_000);
  });
});

describe("a body that is too large", () => {
  it("gets a JSON 413, even while it is still being sent", async () => {
    const request = http.request(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": 65 * 1024 * 1024,
        authorization: `Bearer ${gateway.key}`,
      },
    });
    request.on("error", () => {});
    request.write(Buffer.alloc(1024 * 1024, "x"));
    const response = await new Promise<http.IncomingMessage>((resolve) => request.once("response", resolve));
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    request.destroy();
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ error: { code: "body_too_large" } });
  });
});

describe("a client that does not read", () => {
  it("holds the provider back instead of filling memory", async () => {
    let written = 0;
    let stuck = (): void => {};
    const isStuck = new Promise<void>((resolve) => {
      stuck = resolve;
    });
    provider.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const big = piece("x".repeat(60_000));
      const next = (): void => {
        while (written < 64_000_000) {
          written += big.length;
          if (!response.write(big)) {
            const timer = setTimeout(stuck, 700);
            response.once("drain", () => {
              clearTimeout(timer);
              next();
            });
            return;
          }
        }
        response.end();
      };
      next();
    };
    const request = http.request(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${gateway.key}`,
        "x-tokligence-session": "sleeper",
      },
    });
    request.on("error", () => {});
    request.end(JSON.stringify({ model: "m", stream: true, messages: [] }));
    const response = await new Promise<http.IncomingMessage>((resolve) => request.once("response", resolve));
    response.pause();
    await isStuck;
    expect(written).toBeLessThan(30_000_000);
    request.destroy();
    const [record] = await gateway.exchanges(1, (exchange) => exchange.session === "sleeper");
    expect(record).toMatchObject({ outcome: "client_aborted" });
  });
});
