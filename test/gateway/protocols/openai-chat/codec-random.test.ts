import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerEvents, collectAnswer, type IrAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { ERROR_CATALOGUE, GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { CallPart, Part } from "../../../../src-gateway/ir/part.ts";
import { NO_USAGE } from "../../../../src-gateway/ir/usage.ts";
import { openaiChatCodec as codec } from "../../../../src-gateway/protocols/openai-chat/codec.ts";
import { chatTarget, decodeStream, encodeContext, encodeStream, encodeTarget } from "./codec-setup.ts";

const RUNS = { numRuns: 300 };
const RANDOM_REQUESTS = 2_000;
const text = fc.string({ minLength: 1, unit: "binary" }).filter((value) => value.isWellFormed());
const toolName = fc.stringMatching(/^[a-z_]{1,12}$/);
const count = fc.nat(100_000);

const call = (id: string): fc.Arbitrary<CallPart> =>
  fc.oneof(
    fc
      .record({ name: toolName, args: fc.object({ maxDepth: 1 }).map((args) => JSON.stringify(args)) })
      .map((known): CallPart => ({ kind: "call", id, ...known })),
    fc.record({ name: toolName, args: text }).map((known): CallPart => ({ kind: "call", id, ...known, custom: true })),
  );
const calls = fc
  .array(fc.constant(null), { maxLength: 3 })
  .chain((places) => fc.tuple(...places.map((_, n) => call(`call_${n}`))));
const cited = (value: string): fc.Arbitrary<Part> =>
  fc
    .array(fc.record({ url: fc.webUrl(), title: text, start: fc.constant(0), end: fc.constant(value.length) }), {
      maxLength: 2,
    })
    .map((citations) => ({ kind: "text", text: value, ...(citations.length > 0 ? { citations } : {}) }));

const option = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.option(value).map((one) => (one === null ? [] : [one]));
const usage = fc
  .record({ inputUncached: count, cacheRead: count, cacheWrite5m: count, output: count, audioInput: count })
  .map((known) => ({ ...NO_USAGE, ...known }));

/** Answers in the order that this wire has: thought, text, refusal, calls. */
const answer: fc.Arbitrary<IrAnswer> = fc
  .record({
    thinking: option(text.map((value): Part => ({ kind: "thinking", text: value }))),
    said: option(text.chain(cited)),
    refusal: option(text.map((value): Part => ({ kind: "refusal", text: value }))),
    calls,
    usage,
    serviceTier: fc.constantFrom("default", "flex"),
  })
  .map(({ thinking, said, refusal, calls: called, ...known }) => {
    const parts = [...thinking, ...said, ...refusal, ...called];
    const finish: IrAnswer["finish"] =
      called.length > 0
        ? { reason: "tool_calls", raw: "tool_calls" }
        : { reason: refusal.length > 0 ? "refusal" : "stop", raw: "stop" };
    return { id: "chatcmpl-7", model: "m", parts, finish, ...known };
  });

/** The same events with their texts cut into pieces. */
const inPieces = (events: Iterable<IrEvent>, size: number): IrEvent[] =>
  [...events].flatMap((event): IrEvent[] => {
    if (event.type !== "delta") return [event];
    const letters = [...event.text];
    const pieces = Array.from({ length: Math.ceil(letters.length / size) }, (_, n) =>
      letters.slice(n * size, (n + 1) * size),
    );
    return pieces.map((piece) => ({ type: "delta", text: piece.join("") }));
  });

describe("any answer", () => {
  it("is the same after it was written and read", () => {
    fc.assert(
      fc.property(answer, (before) => {
        const { home: _, ...after } = codec.decodeAnswer(codec.encodeAnswer(before, encodeContext()));
        expect(after).toEqual(before);
      }),
      RUNS,
    );
  });

  it("is the same after it was streamed in pieces and read", () => {
    fc.assert(
      fc.property(answer, fc.integer({ min: 1, max: 5 }), (before, size) => {
        const after = collectAnswer(decodeStream(encodeStream(inPieces(answerEvents(before), size))));
        expect(after).toEqual(before);
      }),
      RUNS,
    );
  });
});

const NAMES =
  "role content name text type tool_calls function_call id function custom arguments input tool_call_id refusal \
reasoning_content reasoning reasoning_details annotations url_citation url image_url input_audio file file_data file_id data \
format source tool_use_id is_error cache_control prompt_cache_breakpoint extra_content parameters input_schema strict tools \
tool_choice allowed_tools mode response_format json_schema schema stop max_tokens max_completion_tokens user n logprobs \
top_logprobs stream stream_options include_usage functions messages $role $content $lacks audio".split(" ");
const WORDS =
  "user assistant system developer tool function text refusal image_url input_audio file tool_use tool_result image \
thinking custom auto none required allowed_tools json_schema base64 ephemeral explicit url_citation low {} data:,x \
data:image/png;base64,AA==".split(" ");

/** JSON made of the words that this wire knows, put together at random. */
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, "", true, false, 1, ...WORDS),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const object = (value: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> =>
  fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 6, noNullPrototype: true });

const folder = fileURLToPath(new URL("../../../fixtures/openai-chat/", import.meta.url));
const fixtures = (ending: string): fc.Arbitrary<JsonObject> => {
  const names = readdirSync(folder).filter((file) => file.endsWith(ending));
  return fc.constantFrom(...names.map((file) => JSON.parse(readFileSync(folder + file, "utf8")) as JsonObject));
};

interface Change {
  place: number;
  name: string;
  /** Undefined takes the member away. */
  value: unknown;
}
const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({ place: fc.nat(10_000), name: fc.constantFrom(...NAMES), value: fc.option(anything, { nil: undefined }) }),
  { minLength: 1, maxLength: 4 },
);

/** A copy with members replaced, added and taken away, anywhere in it. */
function changed(json: JsonObject, list: Change[]): JsonObject {
  const copy = structuredClone(json);
  for (const { place, name, value: shared } of list) {
    const value: unknown = structuredClone(shared);
    const holders: (JsonObject | unknown[])[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      holders.push(node as JsonObject | unknown[]);
      Object.values(node).forEach(visit);
    };
    visit(copy);
    const holder = holders[place % holders.length];
    if (Array.isArray(holder)) {
      if (holder.length > 0) holder[place % holder.length] = value ?? null;
    } else if (holder) {
      const names = [...Object.keys(holder), name];
      const member = names[place % names.length] ?? name;
      if (value === undefined) delete holder[member];
      else holder[member] = value;
    }
  }
  return copy;
}

/** Null for what is refused in the way that it may be refused. */
function orError<T>(decode: () => T, codes: string[]): T | null {
  try {
    return decode();
  } catch (thrown) {
    if (thrown instanceof GatewayError && codes.includes(thrown.code)) return null;
    throw thrown;
  }
}

describe("any request", () => {
  it("is refused, or goes home as it came", () => {
    let understood = 0;
    fc.assert(
      fc.property(fixtures(".request.json"), changes, (fixture, list) => {
        const json = { ...changed(fixture, list), model: "m" };
        const request = orError(() => codec.decodeRequest(structuredClone(json), chatTarget), ["invalid_request"]);
        if (!request) return;
        understood++;
        expect(codec.encodeRequest(request, encodeTarget())).toStrictEqual(json);
      }),
      { numRuns: RANDOM_REQUESTS },
    );
    expect(understood).toBeGreaterThan(RANDOM_REQUESTS / 2);
  });
});

describe("any answer of a provider", () => {
  it("is an error, or goes home as it came", () => {
    let understood = 0;
    fc.assert(
      fc.property(fixtures(".answer.json"), changes, (fixture, list) => {
        const json: JsonObject = { ...changed(fixture, list), id: "chatcmpl-7", model: "m", created: 1_795_000_000 };
        const read = orError(() => codec.decodeAnswer(structuredClone(json)), Object.keys(ERROR_CATALOGUE));
        if (!read) return;
        understood++;
        const surface = read.home?.["$text"] === true ? "completions" : "chat";
        const written = codec.encodeAnswer(read, encodeContext({ surface }));
        expect({ ...written, id: json["id"] }).toStrictEqual(json);
      }),
      { numRuns: RANDOM_REQUESTS },
    );
    expect(understood).toBeGreaterThan(RANDOM_REQUESTS / 2);
  });
});

describe("any stream", () => {
  it("is read without a throw, and keeps to the grammar", () => {
    const chunk = fc.record({
      choices: fc.array(fc.record({ delta: object(anything) }, { requiredKeys: [] }), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const bytes = Buffer.from(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(""));
        const shape = decodeStream(bytes)
          .map((event) => event.type)
          .join(" ");
        expect(shape).toMatch(/^start( part-start( delta| citation| opaque)* part-end| part)* error$/);
      }),
      { numRuns: 500 },
    );
  });
});
