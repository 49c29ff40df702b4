import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createTokenCounter, type TokenCounter } from "../../../src-gateway/token-count/counter.ts";
import { textsToCount } from "../../../src-gateway/token-count/estimate.ts";
import { requestOf } from "./request-of.ts";

const failingWorker = fileURLToPath(new URL("failing-worker.ts", import.meta.url));
const framing = textsToCount(requestOf("x")).extraTokens;
const sentence = "The quick brown fox jumps over the lazy dog. ";

/** Words that no tokenizer knows, the same every time. */
function randomWords(units: number): string {
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  return Array.from({ length: units }, () => (random(7) === 0 ? " " : String.fromCharCode(97 + random(26)))).join("");
}

const open: TokenCounter[] = [];
function start(options: Partial<Parameters<typeof createTokenCounter>[0]> = {}): TokenCounter {
  const counter = createTokenCounter({ maxQueue: 100, ...options });
  open.push(counter);
  return counter;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((counter) => counter.close()));
});

describe("a count", () => {
  it("is the tokenizer's, leaning upward for the model, plus framing", async () => {
    const counter = start();
    const count = async (model: string) => counter.count(requestOf(sentence.repeat(200), { model }));
    expect(await count("gpt-5.2")).toEqual({ tokens: Math.ceil(2001 * 1.05 + framing), estimated: true });
    expect(await count("claude-opus-4-7")).toEqual({ tokens: Math.ceil(2001 * 1.5 + framing), estimated: true });
    expect(await count("some-model")).toEqual({ tokens: Math.ceil(2001 * 1.25 + framing), estimated: true });
  });

  it("of nothing is the framing", async () => {
    expect(await start().count(requestOf([]))).toEqual({ tokens: framing, estimated: true });
  });

  it("of a text beyond every context goes on at the rate of its beginning", async () => {
    const text = "7,".repeat(3_000_000);
    const { tokens } = await start().count(requestOf(text, { model: "gpt-5.2" }));
    expect(tokens).toBe(Math.ceil(6_000_000 * 1.05 + framing));
  });
});

describe("a burst", () => {
  it("of fifty requests of half a megabyte leaves the event loop alone", async () => {
    const counter = start();
    await counter.count(requestOf("warm"));
    const text = randomWords(30_000) + sentence.repeat(9_000);
    const requests = Array.from({ length: 50 }, (_, index) => requestOf(`${index} ${text}`));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const startMs = performance.now();
    delay.enable();
    const before = performance.eventLoopUtilization();
    const counts = await Promise.all(requests.map((request) => counter.count(request)));
    const { utilization } = performance.eventLoopUtilization(before);
    const elapsedMs = performance.now() - startMs;
    // A wait is written down by the tick that ends it.
    const written = delay.count;
    await vi.waitFor(() => expect(delay.count).toBeGreaterThan(written + 1), { interval: 2 });
    delay.disable();
    expect(counts[0]?.tokens).toBeGreaterThan(100_000 * 1.25);
    expect(new Set(counts.map((count) => count.tokens)).size).toBe(1);
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
    // Counted on this thread, it would be one block, or many that leave no room.
    expect(utilization).toBeLessThan(0.5);
    expect(delay.max / 1e6).toBeLessThan(elapsedMs / 4);
  });

  it("beyond what may wait is refused at once, and the others are answered", async () => {
    const counter = start({ maxQueue: 3 });
    const results = await Promise.allSettled(Array.from({ length: 10 }, async () => counter.count(requestOf("hi"))));
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    expect(refused.length).toBeGreaterThanOrEqual(6);
    expect(results.length - refused.length).toBeGreaterThanOrEqual(3);
    for (const error of refused) expect(error).toMatchObject({ code: "overloaded", status: 503, retryAfterMs: 1000 });
  });

  it("does not count for a client that has left", async () => {
    const counter = start({ maxQueue: 2, workerPath: failingWorker });
    const client = new AbortController();
    const first = counter.count(requestOf("hello world"));
    const left = counter.count(requestOf("please end"), client.signal);
    client.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    await expect(counter.count(requestOf("late"), client.signal)).rejects.toThrow("gone");
    // Had it been counted, the thread would have died, and the one behind it would be counted by another.
    const next = counter.count(requestOf("hello world"));
    expect(await next).toEqual(await first);
  });
});

describe("text without a border", () => {
  it.each([
    ["one letter", "a", 62_500],
    ["spaces", " ", 3_900],
    ["signs", "=", 7_800],
    ["one Chinese character", "漢", 500_000],
    ["emoji", "🦊", 500_000],
    ["halves of emoji", "\udc00", 62_500],
  ])("such as half a million %s is counted all the same", async (_name, char, atLeast) => {
    const counter = start({ timeoutMs: 10_000 });
    const { tokens } = await counter.count(requestOf(char.repeat(500_000 / char.length)));
    expect(tokens).toBeGreaterThanOrEqual(atLeast);
    expect(tokens).toBeLessThan(2_000_000);
  });

  it("such as half a million random letters is counted all the same", async () => {
    const letters = randomWords(500_000).replaceAll(" ", "");
    const { tokens } = await start({ timeoutMs: 10_000 }).count(requestOf(letters));
    expect(tokens).toBeGreaterThan(200_000);
  });
});

describe("a thread", () => {
  it.each([
    "please end",
    "please fail",
    "please fill the memory",
  ])("that dies (%s) fails its own call, and a new one counts the next", async (wish) => {
    const counter = start({ workerPath: failingWorker });
    const before = counter.count(requestOf("hello world"));
    const killed = counter.count(requestOf(wish));
    const after = counter.count(requestOf("hello world"));
    await expect(killed).rejects.toMatchObject({ name: "GatewayError", code: "internal_error", status: 500 });
    expect(await after).toEqual(await before);
  });

  it("that hangs is given up after its time", async () => {
    const counter = start({ workerPath: failingWorker, timeoutMs: 500 });
    await expect(counter.count(requestOf("please hang"))).rejects.toThrow("longer than 500 ms");
    const patient = start({ workerPath: failingWorker });
    await expect(patient.count(requestOf("hello world"))).resolves.toMatchObject({ estimated: true });
  });

  it("that cannot start fails every call with a sentence", async () => {
    const counter = start({ workerPath: "/nowhere/token-count-worker.cjs" });
    const calls = Array.from({ length: 3 }, async () => counter.count(requestOf("hi")));
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: "rejected", reason: { name: "GatewayError", code: "internal_error" } });
    }
  });

  it("serves many calls, and is let go when there are none", async () => {
    const steady = start({ workerPath: failingWorker });
    const who = requestOf("who are you");
    const first = await steady.count(who);
    expect(await steady.count(who)).toEqual(first);
    const brief = start({ workerPath: failingWorker, idleMs: 1 });
    const once = await brief.count(who);
    await vi.waitFor(async () => expect(await brief.count(who)).not.toEqual(once), { interval: 50, timeout: 10_000 });
  });
});

describe("closing", () => {
  it("ends what is counted and what waits, and takes no more", async () => {
    const counter = start({ workerPath: failingWorker });
    const calls = [counter.count(requestOf("please hang")), counter.count(requestOf("hi"))];
    const settled = Promise.allSettled(calls);
    await counter.close();
    calls.push(counter.count(requestOf("hi")));
    for (const result of [...(await settled), ...(await Promise.allSettled(calls))]) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "shutting_down", status: 503 } });
    }
  });
});
