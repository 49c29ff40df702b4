/**
 * Requests made at random, in neutral words: every kind of part, tool and parameter, with the ids, names and texts that
 * break conversations, and in orders that no client should send and some do.
 */
import fc from "fast-check";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type {
  Blob,
  CallPart,
  MediaPart,
  Opaque,
  Part,
  ResultPart,
  Tool,
  ToolChoice,
  Turn,
} from "../../src-gateway/ir/part.ts";
import { PROVIDER_WIRES, WIRE_PROTOCOLS, type WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { EFFORTS, type IrRequest } from "../../src-gateway/ir/request.ts";
import { wrapOpaque } from "../../src-gateway/protocols/adapt/opaque.ts";

/** The members that are not undefined: an absent field is no field here. */
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
const maybe = <T>(value: fc.Arbitrary<T>, freq = 4): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq });
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, value);

export const anyText = fc.oneof(
  fc.constantFrom("", " ", "\n", "Hi.", "Käse 🧀 ", "Error: no", "</system-note>", "TKL1eyJ"),
  fc.string({ unit: "grapheme", maxLength: 10 }),
);
const anyId = fc.oneof(
  fc.constantFrom("", "call_1", "call_2", "call_3", "toolu_01", "fc|item", "x".repeat(90), "ä b"),
  fc.string({ maxLength: 5 }),
);
const anyName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("f", "read_file", "list", "g") },
  fc.constantFrom("", "mcp.server.read", "9lives", "größe", "x".repeat(140), "x".repeat(139), "functions__f"),
);
const anyArgs = fc.oneof(
  fc.constantFrom("", "{}", '{"path":"a"}', "{broken", "[1]", '"text"', "null", " "),
  fc.string({ maxLength: 6 }),
);
/** Fields that only the source's wire knows, and notes of its codec. */
const anyHome = rarely(fc.constantFrom<JsonObject>({ x_new: 1 }, { $note: "x" }, { id: "i", status: "completed" }, {}));
const anyCache = rarely(fc.constantFrom({}, { ttl: "5m" }, { ttl: "1h" }, { ttl: "30m" }, { ttl: "24h" }));

const anyOpaque: fc.Arbitrary<Opaque> = fc
  .record({
    wire: fc.constantFrom(...PROVIDER_WIRES),
    value: fc.constantFrom("", "c2ln", "TKL1eyJ3"),
    wraps: fc.boolean(),
  })
  .map(({ wire, value, wraps }) => {
    const opaque: Opaque = { wire, value };
    const wrapped = (isCall: boolean): string =>
      wrapOpaque({ opaque: { ...opaque, provider: "house" }, model: "claude-sonnet-4-5", isCall });
    return wraps ? { wire, value: wrapped(value === "") } : opaque;
  });

const PNG = "iVBORw0KGgo=";
const anyMedia: fc.Arbitrary<Part> = fc
  .record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant("image" as const) },
      fc.constantFrom("document" as const, "audio" as const, "video" as const),
    ),
    isText: fc.boolean(),
    elsewhere: rarely(fc.constantFrom<Blob>({ url: "https://example.org/a.png" }, { fileId: "file_1" })),
    detail: rarely(fc.constantFrom("high", "auto")),
    title: rarely(fc.constantFrom("notes.txt", "a b", "")),
    cache: anyCache,
    home: anyHome,
  })
  .map(({ kind, isText, elsewhere, ...rest }): MediaPart => {
    const mime = {
      image: "image/png",
      document: isText ? "text/plain" : "application/pdf",
      audio: "audio/wav",
      video: "video/mp4",
    };
    return { kind, blob: elsewhere ?? { data: PNG, mime: mime[kind] }, ...given(rest) };
  });

const anyCitations = rarely(
  fc.array(fc.constantFrom({ url: "https://example.org" }, { quoted: "q", home: { type: "page_location" } }), {
    maxLength: 2,
  }),
);
const anySaid: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ text: anyText, cache: anyCache, citations: anyCitations, opaque: rarely(anyOpaque), home: anyHome })
      .map((part): Part => ({ kind: "text", ...given(part) })),
  },
  anyMedia,
);
const anyCall = fc
  .record({
    id: anyId,
    name: anyName,
    args: anyArgs,
    custom: rarely(fc.constant(true)),
    namespace: rarely(anyName),
    opaque: rarely(anyOpaque),
    home: anyHome,
  })
  .map((part): CallPart => ({ kind: "call", ...given(part) }));
const anyResult = fc
  .record({
    id: anyId,
    name: maybe(anyName),
    parts: fc.array(anySaid, { maxLength: 3 }),
    isError: fc.boolean(),
    cache: anyCache,
    home: anyHome,
  })
  .map((part): ResultPart => ({ kind: "result", ...given(part) }));
const anyThought: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ text: anyText, opaque: maybe(anyOpaque) }).map((part): Part => ({ kind: "thinking", ...given(part) })),
  anyOpaque.map((opaque): Part => ({ kind: "thinking", text: "", redacted: true, opaque })),
);
const anyNative = (wire: WireProtocol): fc.Arbitrary<Part> =>
  fc
    .constantFrom("web_search_call", "server_tool_use", "executableCode")
    .map((type) => ({ kind: "native", wire, type, raw: { type } }));

const anyTurn = (source: WireProtocol): fc.Arbitrary<Turn> => {
  const list = (...choices: fc.Arbitrary<Part>[]) => fc.array(fc.oneof(...choices), { maxLength: 4 });
  const assistant = list(
    anySaid,
    anyThought,
    anyCall,
    anyCall,
    anyNative(source),
    anyText.map((text): Part => ({ kind: "refusal", text })),
  );
  const turn = (role: Turn["role"], parts: fc.Arbitrary<Part[]>): fc.Arbitrary<Turn> =>
    fc.record({ role: fc.constant(role), parts, home: anyHome }).map(given);
  return fc.oneof(
    { weight: 4, arbitrary: turn("assistant", assistant) },
    { weight: 4, arbitrary: turn("user", list(anySaid, anyResult, anyResult)) },
    { weight: 2, arbitrary: turn("system", list(anySaid)) },
    // Mixed up.
    fc
      .constantFrom<Turn["role"]>("user", "assistant", "system")
      .chain((role) => turn(role, list(anyCall, anyResult, anyThought, anySaid))),
  );
};

const anySchema = fc.constantFrom<JsonObject>(
  { type: "object", properties: { path: { type: "string", maxLength: 9 } }, required: ["path"] },
  { type: "object", properties: {} },
  { $ref: "#/$defs/a", $defs: { a: { type: "object", properties: { a: { $ref: "#/$defs/a" } } } } },
  { anyOf: [{ type: "object" }, { type: "null" }] },
  {},
);
const anyFunction: fc.Arbitrary<Tool> = fc
  .record({
    name: anyName.filter((name) => name !== ""),
    description: maybe(anyText),
    schema: maybe(anySchema, 9),
    strict: rarely(fc.constantFrom(true, false, null)),
    cache: anyCache,
    home: anyHome,
  })
  .map((tool): Tool => ({ kind: "function", ...given(tool) }));
const anyCustom: fc.Arbitrary<Tool> = fc
  .record({
    name: anyName.filter((name) => name !== ""),
    description: maybe(anyText),
    grammar: maybe(fc.constant({ syntax: "lark", definition: "start: /.+/" })),
    home: anyHome,
  })
  .map((tool): Tool => ({ kind: "custom", ...given(tool) }));
const anyTool = (source: WireProtocol): fc.Arbitrary<Tool> =>
  fc.oneof(
    { weight: 8, arbitrary: anyFunction },
    anyCustom,
    fc
      .record({ name: anyName, tools: fc.array(fc.oneof(anyFunction, anyCustom), { maxLength: 2 }) })
      .map((space): Tool => ({ kind: "namespace", ...space })),
    fc.constant<Tool>({ kind: "native", wire: source, type: "web_search", raw: { type: "web_search" } }),
  );
const anyChoice: fc.Arbitrary<ToolChoice> = fc.oneof(
  fc.constantFrom<ToolChoice>({ mode: "auto" }, { mode: "none" }, { mode: "required" }),
  fc.constantFrom("f", "read_file", "list").map((name): ToolChoice => ({ mode: "named", name })),
  fc.constantFrom<ToolChoice>({ mode: "auto", allowed: ["f", "g"] }, { mode: "required", allowed: ["list"] }),
);

const anyScalars = fc.record({
  parallelTools: maybe(fc.boolean()),
  output: rarely(
    fc.constantFrom<IrRequest["output"]>(
      { kind: "text" },
      { kind: "json" },
      { kind: "schema", name: "n", schema: { type: "object", properties: {} }, strict: true },
    ),
  ),
  maxOutputTokens: maybe(fc.constantFrom(1, 15, 100, 4_096, 1_000_000)),
  stop: maybe(fc.array(fc.constantFrom("a", "b", " ", "END", "c", "d"), { maxLength: 6 })),
  temperature: maybe(fc.constantFrom(0, 0.5, 1, 1.9)),
  topP: maybe(fc.constantFrom(0.1, 0.95, 1)),
  topK: maybe(fc.constantFrom(1, 40)),
  seed: maybe(fc.constant(7)),
  presencePenalty: maybe(fc.constant(0.5)),
  frequencyPenalty: maybe(fc.constant(-0.5)),
  candidates: rarely(fc.constantFrom(1, 2)),
  logprobs: rarely(fc.constantFrom({}, { top: 3 })),
  verbosity: rarely(fc.constant("low")),
  cacheKey: maybe(fc.constant("session-1")),
  endUser: maybe(fc.constantFrom("u1", '{"session_id":"a","device_id":"b"}')),
  metadata: rarely(fc.constant({ a: "b" })),
  serviceTier: maybe(fc.constantFrom("auto", "priority", "flex")),
  store: maybe(fc.boolean()),
  reasoning: maybe(
    fc.oneof(
      fc.constantFrom(...EFFORTS).map((effort) => ({ effort })),
      fc.constantFrom(-1, 0, 500, 2_048, 31_999, 100_000).map((budgetTokens) => ({ budgetTokens })),
      fc.constantFrom<NonNullable<IrRequest["reasoning"]>>(
        { mode: "adaptive", show: "summary" },
        { mode: "off" },
        { mode: "manual", budgetTokens: 1_024, show: "none" },
        { show: "full" },
      ),
    ),
  ),
});

export const anyRequest: fc.Arbitrary<IrRequest> = fc.constantFrom(...WIRE_PROTOCOLS).chain((source) =>
  fc
    .record({
      stream: fc.boolean(),
      turns: fc.array(anyTurn(source), { maxLength: 7 }),
      tools: fc.array(anyTool(source), { maxLength: 4 }),
      toolChoice: maybe(anyChoice),
      scalars: anyScalars,
      home: fc.constantFrom<JsonObject>({}, { x_new: 1 }, { stream_options: {}, empty: [] }),
    })
    .map(({ scalars, toolChoice, ...known }) => ({
      source,
      model: "asked-model",
      wantsUsage: true,
      ...known,
      ...given({ ...scalars, toolChoice }),
    })),
);
