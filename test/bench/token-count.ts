/**
 * How fast requests are counted, and how long the gateway's own thread is held up by it.
 * Run with `node test/bench/token-count.ts`; prints one line a case.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { scheduler } from "node:timers/promises";
import type { IrRequest } from "../../src-gateway/ir/request.ts";
import { createTokenCounter } from "../../src-gateway/token-count/counter.ts";

const BURST = 50;
const UNITS = 500_000;

const words = "the of gateway token request answer stream provider model count error if const return await".split(" ");
/** The same for the same seed, and never the same twice within one run. */
function randomInts(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits repeat after a few steps.
    return (state >>> 8) % below;
  };
}

function fill(next: () => string): string {
  const parts: string[] = [];
  for (let units = 0; units < UNITS; ) {
    const part = next();
    parts.push(part);
    units += part.length;
  }
  return parts.join("");
}

const CASES: Record<string, (seed: number) => string> = {
  "words of code": (seed) => {
    const random = randomInts(seed);
    return fill(() => `${words[random(words.length)]}${random(8) === 0 ? ` = ${random(10_000)};\n` : " "}`);
  },
  "the same text fifty times": () => CASES["words of code"]?.(1) ?? "",
  "Chinese without a border": (seed) => {
    const random = randomInts(seed);
    return fill(() => String.fromCharCode(0x4e00 + random(20_000)));
  },
  "letters without a border": (seed) => {
    const random = randomInts(seed);
    return fill(() => String.fromCharCode(97 + random(26)));
  },
  "one letter": () => "a".repeat(UNITS),
};

function requestOf(text: string): IrRequest {
  return {
    source: "anthropic-messages",
    model: "gpt-5.2",
    stream: false,
    wantsUsage: false,
    turns: [{ role: "user", parts: [{ kind: "text", text }] }],
    tools: [],
    home: {},
  };
}

for (const [name, makeText] of Object.entries(CASES)) {
  const counter = createTokenCounter({ maxQueue: BURST });
  const requests = Array.from({ length: BURST }, (_, index) => requestOf(makeText(index + 1)));
  await counter.count(requestOf("hello"));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  const counts = await Promise.all(requests.map((request) => counter.count(request)));
  const seconds = (performance.now() - start) / 1000;
  // A wait is written down by the tick that ends it.
  await scheduler.wait(10);
  delay.disable();
  const tokens = counts.reduce((sum, count) => sum + count.tokens, 0);
  const figures = [
    `${(seconds * 1000).toFixed(0)} ms`,
    `${((tokens / seconds) * 1e-6).toFixed(2)} M tokens/s`,
    `${((BURST * UNITS * 1e-6) / seconds).toFixed(1)} M units/s`,
    `longest block ${(delay.max / 1e6).toFixed(1)} ms`,
    `99 % below ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  ];
  console.log(`${name.padEnd(28)} ${figures.join(", ")}`);
  await counter.close();
}
