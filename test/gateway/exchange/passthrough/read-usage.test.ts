import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countsOfAnswer,
  lastCounts,
  lastUsage,
  usageOfAnswer,
} from "../../../../src-gateway/exchange/passthrough/read-usage.ts";

describe("the usage of an answer", () => {
  it.each([
    ["images", { usage: { input_tokens: 5, output_tokens: 7 } }, { inputUncached: 5, output: 7 }],
    ["Anthropic", { usage: { input_tokens: 5, cache_read_input_tokens: 3 } }, { inputUncached: 5, cacheRead: 3 }],
    [
      "Responses",
      { usage: { input_tokens: 5, input_tokens_details: { cached_tokens: 3 } } },
      { inputUncached: 2, cacheRead: 3 },
    ],
    ["an event of Responses", { type: "x", response: { usage: { input_tokens: 5 } } }, { inputUncached: 5 }],
    ["Chat", { usage: { prompt_tokens: 4, completion_tokens: 2 } }, { inputUncached: 4, output: 2 }],
    ["Gemini", { usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2 } }, { inputUncached: 4, output: 2 }],
    [
      "what is billed before what is counted",
      { meta: { tokens: { input_tokens: 9 }, billed_units: { input_tokens: 8 } } },
      { inputUncached: 8 },
    ],
  ])("as %s tells it", (_name, answer, usage) => {
    expect(usageOfAnswer(answer)).toMatchObject(usage);
    expect(lastUsage(Buffer.from(`…,${JSON.stringify(answer)}\n\n`))).toMatchObject(usage);
  });

  it.each([
    [{}],
    [{ usage: null }],
    [{ usage: { type: "duration", seconds: 9 } }],
    [{ meta: { billed_units: { search_units: 1 } } }],
    [{ data: ['{"usage":{"input_tokens":1}}'] }],
  ])("is none in %j", (answer) => {
    expect(usageOfAnswer(answer)).toBeNull();
    expect(lastUsage(Buffer.from(JSON.stringify(answer)))).toBeNull();
  });

  it("is the last one of several, and a broken one is passed over", () => {
    const text = 'data: {"usage":{"input_tokens":1}}\n\ndata: {"usage":{"input_tokens":2}}\n\ndata: {"usage":{"input_';
    expect(lastUsage(Buffer.from(text))?.inputUncached).toBe(2);
  });

  it("is found wherever the bytes begin, and never in text", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        const answer = Buffer.from(JSON.stringify({ text, usage: { input_tokens: 41, note: text } }));
        expect(lastUsage(answer.subarray(Math.min(cut, answer.indexOf(',"usage"'))))?.inputUncached).toBe(41);
        expect(lastUsage(Buffer.from(JSON.stringify([text])))).toBeNull();
      }),
    );
  });
});

describe("what an answer counts beside tokens", () => {
  const tokens = { input_tokens: 40, output_tokens: 160 };

  it.each([
    [
      "images in tokens",
      "images",
      {
        usage: { ...tokens, input_tokens_details: { image_tokens: 30 }, output_tokens_details: { image_tokens: 160 } },
      },
      { imageInputTokens: 30, imageOutputTokens: 160 },
    ],
    ["audio in seconds", "audio-transcription", { usage: { type: "duration", seconds: 9 } }, { audioSeconds: 9 }],
    ["searches of a rerank", "rerank", { meta: { billed_units: { search_units: 2 } } }, { requests: 2 }],
  ] as const)("is %s", (_name, surface, answer, counts) => {
    expect(countsOfAnswer(answer, surface)).toEqual(counts);
    expect(lastCounts(Buffer.from(`…,${JSON.stringify(answer)}\n\n`))).toEqual(counts);
  });

  it.each([
    ["images by the piece", "images", { data: [{ url: "x" }, { b64_json: "y" }, {}] }, { images: 2 }],
    ["the length of what was heard", "audio-translation", { text: "hi", duration: 8.5 }, { audioSeconds: 9 }],
    ["nothing where tokens are counted", "images", { data: [{ url: "x" }], usage: tokens }, null],
    ["nothing where tokens are counted", "audio-transcription", { duration: 8, usage: tokens }, null],
    ["nothing elsewhere", "moderations", { data: [{ url: "x" }], duration: 8 }, null],
  ] as const)("is %s", (_name, surface, answer, counts) => {
    expect(countsOfAnswer(answer as unknown as Record<string, unknown>, surface)).toEqual(counts);
  });
});
