/**
 * What it costs to look whether an agent runs in circles, beside the scan that every body goes through anyway. The rounds of
 * all bodies are interleaved, so that a slow moment of the machine meets each of them.
 * Run with `node test/bench/runaway.ts`; prints medians and the 99th percentiles in microseconds.
 */
import { scanJson } from "../../src-gateway/lib/json-scan.ts";
import { findCircles } from "../../src-gateway/runaway/find-circles.ts";
import { agentSession } from "../support/agent-session.ts";

const BYTES = 500_000;
const ROUNDS = 300;
const UP_TO = 12;

const text = (agentSession(8, 400_000).at(-1) ?? Buffer.alloc(0)).toString("latin1");
const source = (JSON.parse(text) as { messages: { content: { content?: string }[] }[] }).messages
  .flatMap(({ content }) => content.map((block) => block.content ?? ""))
  .join("");

function circling(turns: number, results: string): Buffer {
  const each = results.slice(0, Math.floor(BYTES / turns / 1.08) - 250);
  const messages: unknown[] = [{ role: "user", content: "Mend it." }];
  for (let turn = 0; turn < turns; turn++) {
    const id = `toolu_${(turn * 2_654_435_761).toString(36)}`;
    messages.push({ role: "assistant", content: [{ type: "tool_use", id, name: "read", input: { path: "a.ts" } }] });
    messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: id, content: each }] });
  }
  return Buffer.from(JSON.stringify({ model: "m", max_tokens: 1, messages }));
}

const bodies: Record<string, Buffer> = {
  "an agent at work, 60 turns": agentSession(60, BYTES).at(-1) ?? Buffer.alloc(0),
  "an agent at work, 12 turns": agentSession(12, BYTES).at(-1) ?? Buffer.alloc(0),
  "in circles, 60 turns": circling(60, source),
  "in circles, 6 turns": circling(6, source),
  "one turn with one long result": circling(1, source.repeat(3)),
  "the same, nothing but quotes": circling(1, '"a": "b", '.repeat(40_000)),
};

const times = new Map<string, { scan: number[]; circles: number[] }>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, bytes] of Object.entries(bodies)) {
    const figures = times.get(name) ?? { scan: [], circles: [] };
    times.set(name, figures);
    const beganAt = performance.now();
    const root = scanJson(bytes);
    const scannedAt = performance.now();
    findCircles("anthropic-messages", { bytes, root }, UP_TO);
    figures.scan.push((scannedAt - beganAt) * 1000);
    figures.circles.push((performance.now() - scannedAt) * 1000);
  }
}

const at = (values: number[], share: number): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0);
for (const [name, { scan, circles }] of times) {
  const size = Math.round((bodies[name]?.length ?? 0) / 1000);
  console.log(
    `${name} (${size} KB): scan ${at(scan, 0.5)} µs, circles ${at(circles, 0.5)} µs (p99 ${at(circles, 0.99)} µs)`,
  );
}
