import { describe, expect, it } from "vitest";
import { countTexts } from "../../../src-gateway/token-count/tokenizer.ts";

/** As OpenAI's own tiktoken 1.0.22 counts them. */
const KNOWN: [text: string, tokens: number][] = [
  ["", 0],
  ["hello world", 2],
  ["The quick brown fox jumps over the lazy dog.", 10],
  ["const answer = await gateway.fetch(new Request(url));\n", 10],
  ['{"type":"object","properties":{"path":{"type":"string"}}}', 14],
  ["東京は日本の首都です。", 8],
  ["Größe und Überraschung", 5],
  ["👩‍👩‍👧‍👦 family 🦊", 15],
  ["1234567890", 4],
  ["\t\t\tindented\r\n\r\n", 5],
  ["\ud800 alone", 2],
  ["The quick brown fox jumps over the lazy dog. ".repeat(200), 2001],
  ["a".repeat(1000), 125],
];

describe("the tokenizer", () => {
  it.each(KNOWN)("counts %j as o200k_base does", (text, tokens) => {
    expect(countTexts([text])).toBe(tokens);
  });

  it("takes the names of special tokens as text", () => {
    expect(countTexts(["<|endoftext|> is text here"])).toBe(10);
  });

  it("adds up texts, and counts one that it remembers as it did before", () => {
    const long = "The quick brown fox jumps over the lazy dog. ".repeat(200);
    expect(countTexts([long, "hello world", long])).toBe(4004);
    expect(countTexts([long])).toBe(2001);
  });
});
