import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectAnswer } from "../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../src-gateway/ir/json.ts";
import { PROVIDER_WIRES, type ProviderWire, WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import type { ExtraCounts } from "../../../src-gateway/ir/usage.ts";
import {
  countsFromGemini,
  countsFromItems,
  countsFromMessages,
  tierFrom,
} from "../../../src-gateway/protocols/extra-usage.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { eventFrame } from "../../support/aws-event-stream.ts";
import { decodeStream, requestTarget, splitFrames } from "../../support/codec-streams.ts";
import { STREAM, WHOLE } from "../../support/usage-wires.ts";

const sse = (...events: JsonObject[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));

/** An answer with a field at its top, whole and as a stream that says it where the provider does. */
const chat = (service_tier: string) => ({
  whole: { ...WHOLE["openai-chat"]({ prompt_tokens: 5 }), service_tier },
  stream: sse(
    { choices: [{ index: 0, delta: { content: "x" } }], service_tier: "auto" },
    { choices: [{ index: 0, delta: { content: "y" } }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], service_tier },
  ),
});
const response = (said: JsonObject, output: JsonObject[] = []) => {
  const end = { status: "completed", output, usage: { input_tokens: 5 }, ...said };
  return {
    whole: end,
    stream: sse(
      { type: "response.created", response: { status: "in_progress", output: [], service_tier: "auto" } },
      { type: "response.completed", response: end },
    ),
  };
};
const usage = (wire: ProviderWire, said: JsonObject) => ({ whole: WHOLE[wire](said), stream: STREAM[wire](said) });
const converse = (type: string) => ({
  whole: { ...WHOLE["bedrock-converse"]({ inputTokens: 5 }), serviceTier: { type } },
  stream: Buffer.concat([
    eventFrame("messageStart", { role: "assistant" }),
    eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "x" } }),
    eventFrame("contentBlockStop", { contentBlockIndex: 0 }),
    eventFrame("messageStop", { stopReason: "end_turn" }),
    eventFrame("metadata", { usage: { inputTokens: 5 }, serviceTier: { type } }),
  ]),
});
const search = (action?: string): JsonObject => ({
  type: "web_search_call",
  id: "ws",
  status: "completed",
  ...(action ? { action: { type: action } } : {}),
});

type Said = { whole: JsonObject; stream: Buffer };
const VECTORS: [string, ProviderWire, Said, tier: string | null, counts: ExtraCounts | null][] = [
  ["flex", "openai-chat", chat("flex"), "flex", null],
  ["the default tier", "openai-chat", chat("default"), null, null],
  ["Groq's ordinary tier", "openai-chat", chat("on_demand"), null, null],
  ["no tier", "openai-chat", usage("openai-chat", { prompt_tokens: 5 }), null, null],
  ["priority", "openai-responses", response({ service_tier: "priority" }), "priority", null],
  [
    "two searches, a page and a file search",
    "openai-responses",
    response({ service_tier: "default" }, [
      search("search"),
      search("open_page"),
      search(),
      { type: "file_search_call", id: "fs", status: "completed", queries: [] },
      { ...search("search"), status: "failed" },
    ]),
    null,
    { webSearches: 2, fileSearches: 1 },
  ],
  ["the standard tier", "anthropic-messages", usage("anthropic-messages", { service_tier: "standard" }), null, null],
  ["a batch", "anthropic-messages", usage("anthropic-messages", { service_tier: "batch" }), "batch", null],
  [
    "fast mode",
    "anthropic-messages",
    usage("anthropic-messages", { service_tier: "standard", speed: "fast" }),
    "fast",
    null,
  ],
  [
    "three searches",
    "anthropic-messages",
    usage("anthropic-messages", {
      service_tier: "priority",
      server_tool_use: { web_search_requests: 3, web_fetch_requests: 1 },
    }),
    "priority",
    { webSearches: 3 },
  ],
  ["pay as you go", "gemini-content", usage("gemini-content", { trafficType: "ON_DEMAND" }), null, null],
  ["Vertex' flex", "gemini-content", usage("gemini-content", { trafficType: "ON_DEMAND_FLEX" }), "flex", null],
  ["priority", "gemini-content", usage("gemini-content", { serviceTier: "priority" }), "priority", null],
  [
    "throughput that was bought before",
    "gemini-content",
    usage("gemini-content", { trafficType: "PROVISIONED_THROUGHPUT" }),
    "provisioned_throughput",
    null,
  ],
  [
    "pictures, of which some were cached",
    "gemini-content",
    usage("gemini-content", {
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 5 },
        { modality: "IMAGE", tokenCount: 258 },
      ],
      cacheTokensDetails: [{ modality: "IMAGE", tokenCount: 58 }],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1_290 }],
    }),
    null,
    { imageInputTokens: 200, imageOutputTokens: 1_290 },
  ],
  ["flex", "bedrock-converse", converse("flex"), "flex", null],
  ["the default tier", "bedrock-converse", converse("default"), null, null],
  ["nothing", "cohere-chat", usage("cohere-chat", { tokens: { input_tokens: 5 } }), null, null],
  ["nothing", "ollama-chat", usage("ollama-chat", { prompt_eval_count: 5 }), null, null],
];

it("asks every provider", () => {
  expect(new Set(VECTORS.map(([, wire]) => wire))).toEqual(new Set(PROVIDER_WIRES));
});

describe.each(VECTORS)("%s, as %s says it,", (_name, wire, said, tier, counts) => {
  it("is what a translation knows, whole or streamed", () => {
    const { codec } = PROVIDER_SPEECH[wire];
    for (const answer of [codec.decodeAnswer(said.whole), collectAnswer(decodeStream(wire, said.stream))]) {
      expect([tierFrom(answer.serviceTier), answer.counts ?? null]).toEqual([tier, counts]);
    }
  });
});

const relayed = VECTORS.flatMap(([name, wire, ...said]) => {
  const client = WIRE_PROTOCOLS.find((each) => each === wire);
  return client ? [[name, client, ...said] as const] : [];
});

describe.each(relayed)("%s, as %s says it to a client of its own,", (_name, wire, said, tier, counts) => {
  it("is what a relay knows, whole or streamed", () => {
    const { surface } = requestTarget(wire);
    const whole = WIRES[wire].readAnswer(Buffer.from(JSON.stringify(said.whole)), surface);
    const reader = WIRES[wire].createStreamReader(surface);
    for (const frame of splitFrames(wire, [said.stream])) reader.push(frame);
    for (const facts of [whole, reader.facts]) {
      expect([facts.serviceTier ?? null, facts.counts ?? null]).toEqual([tier, counts]);
    }
  });
});

describe("searches of a stream", () => {
  const done = (item: JsonObject): JsonObject => ({ type: "response.output_item.done", output_index: 0, item });
  const frames = (...events: JsonObject[]) => splitFrames("openai-responses", [sse(...events)]);

  it("are known though it breaks off, and not twice when its end repeats them", () => {
    const reader = WIRES["openai-responses"].createStreamReader("responses");
    for (const frame of frames(done(search("search")), done(search("open_page")))) reader.push(frame);
    expect(reader.facts.counts).toEqual({ webSearches: 1 });
    const end = { status: "completed", output: [search("search"), search("search")] };
    for (const frame of frames({ type: "response.completed", response: end })) reader.push(frame);
    expect(reader.facts.counts).toEqual({ webSearches: 2 });
  });

  it("count where the end does not repeat them", () => {
    const end = { type: "response.completed", response: { status: "completed", output: [] } };
    const reader = WIRES["openai-responses"].createStreamReader("responses");
    for (const frame of frames(done(search("search")), end)) reader.push(frame);
    expect(reader.facts.counts).toEqual({ webSearches: 1 });
    const events = decodeStream("openai-responses", sse(done(search("search")), end));
    expect(collectAnswer(events).counts).toEqual({ webSearches: 1 });
  });
});

it("reads whatever is sent in their place, and never a count below zero", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      tierFrom(value);
      const said = { server_tool_use: { web_search_requests: value }, promptTokensDetails: [value] } as JsonObject;
      const items = Array.isArray(value) ? value : [value];
      for (const counts of [countsFromMessages(said), countsFromGemini(said), countsFromItems(items)]) {
        expect(Object.values(counts ?? { none: 1 }).every((count) => count > 0)).toBe(true);
      }
    }),
  );
});
