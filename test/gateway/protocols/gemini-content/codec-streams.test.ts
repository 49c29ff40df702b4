import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GoogleGenAI } from "@google/genai";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerEvents, collectAnswer, type IrAnswer, type IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import { createJsonArraySplitter } from "../../../../src-gateway/protocols/gemini-content/json-array.ts";
import { createSseSplitter } from "../../../../src-gateway/protocols/sse/splitter.ts";
import { plain, randomAnswer } from "./random-answers.ts";
import { CONTEXT } from "./targets.ts";

const FOLDER = new URL("../../../fixtures/gemini-content/", import.meta.url);

type Framing = "sse" | "json-array";

function decodeBytes(bytes: Buffer, framing: Framing = "sse"): IrEvent[] {
  const splitter = framing === "sse" ? createSseSplitter() : createJsonArraySplitter();
  const decoder = codec.createStreamDecoder();
  const frames = [...splitter.push(bytes), ...splitter.finish()];
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}
const decode = (...pieces: unknown[]): IrEvent[] =>
  decodeBytes(Buffer.from(pieces.map((piece) => `data: ${JSON.stringify(piece)}\r\n\r\n`).join("")));
const saying = (parts: unknown[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { parts, role: "model" }, index: 0, ...more }],
});
const STOP = { finishReason: "STOP" };

function encode(events: Iterable<IrEvent>, framing: Framing = "sse"): Buffer {
  const encoder = codec.createStreamEncoder({ ...CONTEXT, framing });
  return Buffer.concat([...events].map((event) => encoder.push(event)));
}
const piecesOf = (bytes: Buffer): JsonObject[] =>
  bytes
    .toString()
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => JSON.parse(frame.replace(/^data: /, "")) as JsonObject);

/** One start, one part open at a time, one end. */
function grammarOf(events: IrEvent[]): string {
  return events
    .map(
      (event) =>
        ({ start: "<", "part-start": "(", "part-end": ")", part: "*", end: ">", error: "!" })[event.type as string] ??
        ".",
    )
    .join("");
}
const GRAMMAR = /^<(?:\(\.*\)|\*)*[>!]$/;

const partsOf = (events: IrEvent[]): IrAnswer["parts"] => collectAnswer(events).parts;

describe("a stream of Gemini", () => {
  it.each(
    readdirSync(FOLDER).filter((name) => name.endsWith(".sse")),
  )("%s is told in order, and survives being told again", (name) => {
    const events = decodeBytes(readFileSync(new URL(name, FOLDER)));
    expect(grammarOf(events)).toMatch(GRAMMAR);
    const again = decodeBytes(encode(events));
    expect(plain(collectAnswer(again))).toEqual(plain(collectAnswer(events)));
  });

  it("joins pieces of the same kind, and tells text and thoughts apart", () => {
    const events = decode(
      { ...saying([{ text: "th", thought: true }]), modelVersion: "m", responseId: "r" },
      saying([{ text: "ink", thought: true }, { text: "a" }]),
      saying([{ text: "b" }, { text: "" }]),
      saying([{ text: "again", thought: true }]),
      saying([], STOP),
    );
    expect(events[0]).toEqual({ type: "start", id: "r", model: "m", usage: null });
    expect(partsOf(events)).toEqual([
      { kind: "thinking", text: "think" },
      { kind: "text", text: "ab" },
      { kind: "thinking", text: "again" },
    ]);
  });

  it("keeps a signature with the part it came on, an empty text too", () => {
    const opaque = (value: string) => ({ wire: "gemini-content", value });
    const events = decode(
      saying([{ text: "think", thought: true }]),
      saying([{ text: "", thoughtSignature: "QQ==" }]),
      saying([{ text: "a" }]),
      saying([{ thoughtSignature: "Qg==" }]),
      saying([{ text: "b" }], STOP),
    );
    expect(partsOf(events)).toEqual([
      { kind: "thinking", text: "think" },
      { kind: "text", text: "", opaque: opaque("QQ==") },
      { kind: "text", text: "a", opaque: opaque("Qg==") },
      { kind: "text", text: "b" },
    ]);
  });

  it("has whole calls, whose presence decides how it ended", () => {
    const events = decode(
      saying([
        { functionCall: { name: "f", args: { a: 1 } }, thoughtSignature: "QQ==" },
        { functionCall: { id: "c", name: "g" } },
      ]),
      saying([{ text: "" }], STOP),
    );
    expect(events.slice(1)).toEqual([
      {
        type: "part-start",
        part: { kind: "call", id: "", name: "f", opaque: { wire: "gemini-content", value: "QQ==" } },
      },
      { type: "delta", text: '{"a":1}' },
      { type: "part-end" },
      { type: "part-start", part: { kind: "call", id: "c", name: "g" } },
      { type: "part-end" },
      { type: "end", finish: { reason: "tool_calls", raw: "STOP" }, usage: null },
    ]);
  });

  it("ends with the last usage, also when it comes behind the reason to finish", () => {
    const events = decode(
      { ...saying([{ text: "a" }]), usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1 } },
      saying([{ text: "b" }], STOP),
      { usage_metadata: { prompt_token_count: 5, candidates_token_count: 2 } },
    );
    expect(events[0]).toMatchObject({ usage: { inputUncached: 5, output: 1 } });
    expect(events.at(-1)).toMatchObject({ type: "end", usage: { inputUncached: 5, output: 2 } });
  });

  it("goes on behind a reason to finish that old models give with every piece", () => {
    expect(partsOf(decode(saying([{ text: "a" }], STOP), saying([{ text: "b" }], STOP)))).toEqual([
      { kind: "text", text: "ab" },
    ]);
  });

  it("is filtered when the prompt was refused", () => {
    const events = decode({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 3 } });
    expect(events.at(-1)).toMatchObject({ type: "end", finish: { reason: "filter", raw: "SAFETY" } });
  });

  it("has no second candidate", () => {
    const second = { candidates: [{ content: { parts: [{ text: "no" }] }, index: 1, ...STOP }] };
    expect(partsOf(decode(saying([{ text: "a" }]), second, saying([], STOP)))).toEqual([{ kind: "text", text: "a" }]);
  });

  it("is cut when it ends without a reason, and then says nothing more", () => {
    const decoder = codec.createStreamDecoder();
    const data = Buffer.from(JSON.stringify(saying([{ text: "a" }], { finishReason: "FINISH_REASON_UNSPECIFIED" })));
    const events = [...decoder.push({ raw: data, event: null, data }), ...decoder.end()];
    expect(grammarOf(events)).toBe("<(.)!");
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "provider_cut" } });
    expect([...decoder.push({ raw: data, event: null, data }), ...decoder.end()]).toEqual([]);
    expect(grammarOf(decode())).toBe("<!");
  });

  it("can fail in the middle; nothing comes behind that", () => {
    const error = { code: 503, message: "Overloaded.", status: "UNAVAILABLE" };
    const events = decode(saying([{ text: "a" }]), { error }, saying([{ text: "b" }], STOP));
    expect(grammarOf(events)).toBe("<(.)!");
    expect(events.at(-1)).toMatchObject({ error: { code: "overloaded", message: "Overloaded." } });
  });

  it("cites over all of its text, once", () => {
    const sourceAt = (startIndex: number, endIndex: number) => ({
      groundingMetadata: {
        groundingChunks: [{ web: { uri: "https://a", title: "A" } }],
        groundingSupports: [{ segment: { startIndex, endIndex }, groundingChunkIndices: [0] }],
      },
    });
    const thought = saying([{ text: "hm", thought: true }]);
    const events = decode(
      saying([{ text: "Kä" }]),
      thought,
      saying([{ text: "se🧀" }], sourceAt(3, 5)),
      saying([], { ...sourceAt(3, 5), ...STOP }),
    );
    const citations = [{ url: "https://a", title: "A", start: 0, end: 2 }];
    expect(partsOf(events).at(-1)).toEqual({ kind: "text", text: "se🧀", citations });
    const late = decode(
      saying([{ text: "a" }]),
      saying([{ functionCall: { name: "f" } }]),
      saying([], { ...sourceAt(0, 1), ...STOP }),
    );
    expect(partsOf(late).at(-1)).toEqual({ kind: "text", text: "", citations: [{ url: "https://a", title: "A" }] });
  });

  it("is read whatever comes, and never throws", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), (pieces) => {
        expect(
          grammarOf(decode(...pieces, { candidates: pieces }, { candidates: [{ content: { parts: pieces } }] })),
        ).toMatch(GRAMMAR);
      }),
    );
    expect(grammarOf(decodeBytes(Buffer.from(": hello\n\ndata: [DONE]\n\ndata: {broken\n\n")))).toBe("<!");
  });
});

describe("a stream for a client of Gemini", () => {
  const end: IrEvent = { type: "end", finish: { reason: "stop", raw: null }, usage: null };
  const start: IrEvent = { type: "start", id: "x", model: "y", usage: null };

  it("tells text as it comes, and calls once they are whole", () => {
    const encoder = codec.createStreamEncoder(CONTEXT);
    const told = (event: IrEvent): unknown => {
      const [piece] = piecesOf(encoder.push(event));
      const [candidate] = (piece?.["candidates"] ?? []) as { content: { parts: unknown[] } }[];
      return candidate?.content.parts[0] ?? null;
    };
    const opaque = { wire: "anthropic-messages", value: "sig" } as const;
    expect([
      told(start),
      told({ type: "part-start", part: { kind: "thinking" } }),
      told({ type: "delta", text: "hm" }),
      told({ type: "opaque", opaque }),
      told({ type: "part-end" }),
      told({ type: "part-start", part: { kind: "call", id: "c", name: "f" } }),
      told({ type: "delta", text: '{"a"' }),
      told({ type: "delta", text: ":1}" }),
      told({ type: "part-end" }),
      told({ type: "part", part: { kind: "native", wire: "openai-responses", type: "x", raw: {} } }),
      told(end),
      told({ type: "delta", text: "late" }),
    ]).toEqual([
      null,
      null,
      { text: "hm", thought: true },
      null,
      { text: "", thought: true, thoughtSignature: "sig" },
      null,
      null,
      null,
      { functionCall: { id: "c", name: "f", args: { a: 1 } } },
      null,
      { text: "" },
      null,
    ]);
  });

  it("ends with the reason, the usage and the sources, and every piece names the same model and id", () => {
    const usage = {
      inputUncached: 5,
      cacheRead: 2,
      cacheWrite5m: 1,
      cacheWrite1h: 0,
      output: 9,
      reasoning: 4,
      audioInput: 0,
      audioOutput: 0,
    };
    const text: Part = { kind: "text", text: "Käse", citations: [{ url: "https://a", title: "A", start: 1, end: 3 }] };
    const pieces = piecesOf(
      encode([
        ...answerEvents({ id: null, model: null, parts: [text], finish: { reason: "length", raw: null }, usage }),
      ]),
    );
    expect(pieces).toEqual([
      {
        candidates: [{ content: { parts: [{ text: "Käse" }], role: "model" }, index: 0 }],
        modelVersion: "g-2026-11",
        responseId: "r5",
      },
      {
        candidates: [
          {
            content: { parts: [{ text: "" }], role: "model" },
            finishReason: "MAX_TOKENS",
            index: 0,
            groundingMetadata: {
              groundingChunks: [{ web: { uri: "https://a", title: "A" } }],
              groundingSupports: [{ segment: { startIndex: 1, endIndex: 4, text: "äs" }, groundingChunkIndices: [0] }],
            },
          },
        ],
        usageMetadata: {
          promptTokenCount: 8,
          candidatesTokenCount: 5,
          totalTokenCount: 17,
          cachedContentTokenCount: 2,
          thoughtsTokenCount: 4,
        },
        modelVersion: "g-2026-11",
        responseId: "r5",
      },
    ]);
  });

  it("is one array for a client that did not ask for an event stream, however it ends", () => {
    const say: IrEvent[] = [
      { type: "part-start", part: { kind: "text" } },
      { type: "delta", text: "a" },
      { type: "delta", text: "b" },
    ];
    const failed: IrEvent = { type: "error", error: new GatewayError("overloaded", "Too much.") };
    const parse = (events: IrEvent[]): JsonObject[] =>
      JSON.parse(encode(events, "json-array").toString()) as JsonObject[];
    expect(parse([start, ...say, { type: "part-end" }, end])).toHaveLength(3);
    expect(parse([start, end])).toHaveLength(1);
    expect(parse([start, ...say, failed])[2]).toMatchObject({ error: { message: "Too much.", status: "UNAVAILABLE" } });
    expect(parse([start, failed])).toMatchObject([{ error: { message: "Too much." } }]);
  });

  it("says nothing behind an error", () => {
    const failed: IrEvent = { type: "error", error: new GatewayError("overloaded", "Too much.") };
    expect(piecesOf(encode([start, failed, end]))).toMatchObject([{ error: { message: "Too much.", code: 503 } }]);
  });

  it.each<Framing>(["sse", "json-array"])("survives the way to a client and back (%s)", (framing) => {
    fc.assert(
      fc.property(randomAnswer, (answer) => {
        const back = collectAnswer(decodeBytes(encode(answerEvents(answer), framing), framing));
        expect(asHeard(back)).toEqual(asHeard(answer));
      }),
      { numRuns: 300 },
    );
  });

  it("is understood by Google's own client", async () => {
    const parts: Part[] = [
      { kind: "thinking", text: "hm" },
      { kind: "text", text: "Käse" },
      { kind: "call", id: "c", name: "f", args: '{"a":1}' },
    ];
    const bytes = encode(
      answerEvents({ id: null, model: null, parts, finish: { reason: "tool_calls", raw: null }, usage: null }),
    );
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).end(bytes);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const { port } = server.address() as AddressInfo;
      const httpOptions = { baseUrl: `http://127.0.0.1:${port}` };
      const client = new GoogleGenAI({ apiKey: "unused", httpOptions });
      const heard: unknown[] = [];
      for await (const chunk of await client.models.generateContentStream({ model: "m", contents: "x" })) {
        heard.push([chunk.candidates?.[0]?.content?.parts?.[0], chunk.candidates?.[0]?.finishReason]);
      }
      expect(heard).toEqual([
        [{ text: "hm", thought: true }, undefined],
        [{ text: "Käse" }, undefined],
        [{ functionCall: { id: "c", name: "f", args: { a: 1 } } }, undefined],
        [{ text: "" }, "STOP"],
      ]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

/** In a stream, pieces without a signature between them are one part, and sources stand at the end. */
function asHeard(answer: IrAnswer): unknown {
  const joined: Part[] = [];
  const urls: unknown[] = [];
  for (const part of answer.parts) {
    if (part.kind === "text") urls.push(...(part.citations ?? []).map(({ url }) => url));
    const last = joined.at(-1);
    if (part.kind !== "text" && part.kind !== "thinking") joined.push(part);
    else if (part.text === "" && !part.opaque) continue;
    else if (last?.kind === part.kind && !last.opaque) {
      joined[joined.length - 1] = {
        ...last,
        text: last.text + part.text,
        ...(part.opaque ? { opaque: part.opaque } : {}),
      } as Part;
    } else joined.push({ kind: part.kind, text: part.text, ...(part.opaque ? { opaque: part.opaque } : {}) });
  }
  return {
    ...(plain({ ...answer, parts: joined }) as object),
    urls: urls.map(String).toSorted((a, b) => a.localeCompare(b)),
  };
}
