import { describe, expect, it } from "vitest";
import type { MediaPart, Part, Tool } from "../../../src-gateway/ir/part.ts";
import { textsToCount } from "../../../src-gateway/token-count/estimate.ts";
import { PNG } from "./pictures.ts";
import { requestOf } from "./request-of.ts";

const base64 = (bytes: Buffer): string => bytes.toString("base64");
const extraOf = (...parts: Part[]): number =>
  textsToCount(requestOf(parts)).extraTokens - textsToCount(requestOf([])).extraTokens;
const media = (kind: MediaPart["kind"], blob: MediaPart["blob"]): MediaPart => ({ kind, blob });

const TOOL: Tool = {
  kind: "function",
  name: "read_file",
  description: "Reads a file.",
  schema: { type: "object" },
  home: { input_examples: [{ path: "a.txt" }] },
};

describe("what costs tokens", () => {
  it("is every text of a conversation, wherever it stands", () => {
    const { texts } = textsToCount(
      requestOf([], {
        turns: [
          { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
          { role: "user", parts: [{ kind: "text", text: "Read it." }] },
          {
            role: "assistant",
            parts: [
              { kind: "thinking", text: "A file." },
              { kind: "refusal", text: "Not that one." },
              { kind: "call", id: "1", name: "read_file", namespace: "disk", args: '{"path":"a.txt"}' },
            ],
          },
          {
            role: "user",
            parts: [
              { kind: "result", id: "1", name: "read", parts: [{ kind: "text", text: "content" }], isError: false },
            ],
          },
        ],
        output: { kind: "schema", name: "reply", description: "The reply.", schema: { type: "string" } },
      }),
    );
    const conversation = ["Be brief.", "Read it.", "A file.", "Not that one.", "disk", "read_file", '{"path":"a.txt"}'];
    expect(texts).toEqual([...conversation, "read", "content", "reply", "The reply.", '{"type":"string"}']);
  });

  it("is every word about a tool, also of tools that stand in a namespace", () => {
    const tools: Tool[] = [
      { kind: "namespace", name: "disk", description: "All of the disk.", tools: [TOOL] },
      { kind: "custom", name: "patch", grammar: { syntax: "lark", definition: "start: WORD" } },
      { kind: "native", wire: "anthropic-messages", type: "bash_20250124", raw: { type: "bash_20250124" } },
    ];
    const namespaced = ["disk", "All of the disk.", "read_file", "Reads a file.", '{"type":"object"}'];
    expect(textsToCount(requestOf([], { tools })).texts).toEqual([
      ...namespaced,
      '{"input_examples":[{"path":"a.txt"}]}',
      "patch",
      "start: WORD",
      '{"type":"bash_20250124"}',
    ]);
  });

  it("grows with each turn, tool, call and tool of the provider's own", () => {
    const extra = (tools: Tool[]): number => textsToCount(requestOf("hi", { tools })).extraTokens;
    const native: Tool = { kind: "native", wire: "openai-responses", type: "web_search", raw: {} };
    expect(extra([])).toBeGreaterThan(8);
    expect(extra([TOOL])).toBeGreaterThanOrEqual(extra([]) + 346);
    expect(extra([TOOL, TOOL]) - extra([TOOL])).toBeGreaterThan(0);
    expect(extra([TOOL, native]) - extra([TOOL])).toBeGreaterThanOrEqual(735);
    expect(extraOf({ kind: "call", id: "1", name: "", args: "" })).toBeGreaterThan(0);
  });

  it("counts thinking that only the provider can read by its size", () => {
    const opaque = { wire: "anthropic-messages", value: "x".repeat(4000) } as const;
    expect(extraOf({ kind: "thinking", text: "", redacted: true, opaque })).toBe(1000);
    expect(extraOf({ kind: "thinking", text: "read me", opaque })).toBe(0);
  });

  it("does not read data inside JSON letter by letter", () => {
    const screenshot = `data:image/png;base64,${base64(Buffer.concat([PNG(1500, 1000), Buffer.alloc(90_000)]))}`;
    const raw = {
      type: "computer_call_output",
      output: { image_url: screenshot },
      encrypted_content: "QUJD".repeat(500),
    };
    const { texts } = textsToCount(requestOf([{ kind: "native", wire: "openai-responses", type: raw.type, raw }]));
    expect(texts).toEqual(['{"type":"computer_call_output","output":{"image_url":""},"encrypted_content":""}']);
    const extra = extraOf({ kind: "native", wire: "openai-responses", type: raw.type, raw });
    expect(extra).toBeGreaterThanOrEqual(2000 + 500);
    expect(extra).toBeLessThan(2000 + 500 + 100);
  });
});

describe("a picture", () => {
  const costOf = (width: number, height: number): number =>
    extraOf(media("image", { data: base64(PNG(width, height)), mime: "image/png" }));

  it("costs a token for 750 pixels, or OpenAI's tiles where they are dearer", () => {
    expect(costOf(1500, 1000)).toBe(2000);
    // 1,024 by 100 are two tiles, although few pixels.
    expect(costOf(1024, 100)).toBe(85 + 2 * 170);
    expect(costOf(8, 8)).toBe(258);
  });

  it("costs the most there is when it is huge, elsewhere, or unreadable", () => {
    expect(costOf(9000, 9000)).toBe(5000);
    expect(extraOf(media("image", { url: "https://example.com/a.png" }))).toBe(5000);
    expect(extraOf(media("image", { fileId: "file_1" }))).toBe(5000);
    expect(extraOf(media("image", { data: "bm90IGEgcGljdHVyZQ==", mime: "image/png" }))).toBe(5000);
  });
});

describe("a document", () => {
  const pdf = (bytes: number): number =>
    extraOf(media("document", { data: base64(Buffer.alloc(bytes)), mime: "application/pdf" }));

  it("costs a page at least, grows with its bytes, and ends at a hundred pages", () => {
    expect(pdf(900)).toBe(4500);
    expect(pdf(600_000)).toBe(100_000);
    expect(pdf(20_000_000)).toBe(450_000);
    expect(extraOf(media("document", { fileId: "file_1" }))).toBe(45_000);
  });

  it("that is text costs what its text costs, in base64 or as it is", () => {
    const text = "Ein Text, über zwei Zeilen.\nUnd Schluss.";
    const spelled = media("document", { data: base64(Buffer.from(text)), mime: "text/plain" });
    const plain = media("document", { data: text, mime: "text/plain" });
    expect(textsToCount(requestOf([{ ...spelled, title: "Notes" }, plain])).texts).toEqual([text, "Notes", text]);
    expect(extraOf(spelled)).toBe(0);
  });
});

describe("sound and film", () => {
  it("cost by their bytes, or a few minutes when they are elsewhere", () => {
    const data = base64(Buffer.alloc(300_000));
    expect(extraOf(media("audio", { data, mime: "audio/mp3" }))).toBe(3000);
    expect(extraOf(media("video", { data, mime: "video/mp4" }))).toBe(1500);
    expect(extraOf(media("audio", { fileId: "a" }))).toBe(9600);
    expect(extraOf(media("video", { url: "https://example.com/a.mp4" }))).toBe(90_000);
  });
});
