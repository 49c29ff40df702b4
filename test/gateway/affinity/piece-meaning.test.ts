import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addMeaning } from "../../../src-gateway/affinity/piece-meaning.ts";

const MARK = { type: "ephemeral", ttl: "1h" };

function meaning(value: unknown, indent?: number): string {
  const bytes = Buffer.from(JSON.stringify(value, null, indent));
  const parts: Buffer[] = [];
  const taker = { add: (from: Buffer, start: number, end: number) => void parts.push(from.subarray(start, end)) };
  expect(addMeaning(taker, bytes, { start: 0, end: bytes.length })).toBe(parts.length > 0);
  return Buffer.concat(parts).toString();
}

describe("marks for caching", () => {
  const blocks = (marked: boolean) => {
    const mark = marked ? { cache_control: MARK } : {};
    return {
      role: "user",
      ...mark,
      content: [
        { type: "text", text: "one", ...mark },
        { ...mark, type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "two", ...mark }] },
      ],
    };
  };

  it("mean nothing, wherever they stand", () => {
    expect(meaning(blocks(true))).toBe(JSON.stringify(blocks(false)));
    expect(meaning({ cache_control: MARK })).toBe("{}");
    expect(meaning({ a: 1, cache_control: null })).toBe('{"a":1}');
  });

  it("leave JSON behind, however it is spaced", () => {
    expect(JSON.parse(meaning(blocks(true), 2))).toEqual(blocks(false));
  });

  it("may be blocks of their own", () => {
    const point = { cachePoint: { type: "default" } };
    expect(meaning({ role: "user", content: [{ text: "a" }, point, { text: "b" }, point] })).toBe(
      JSON.stringify({ role: "user", content: [{ text: "a" }, { text: "b" }] }),
    );
    expect(meaning({ role: "user", content: [point, { text: "b" }] })).toBe(
      JSON.stringify({ role: "user", content: [{ text: "b" }] }),
    );
    expect(meaning(point)).toBe("");
  });

  it("are kept where they are only talked about", () => {
    const text = 'set "cache_control": {"type":"ephemeral"} and {"cachePoint": 1}';
    const piece = { role: "user", content: [{ type: "text", text }, "cache_control"] };
    expect(meaning(piece)).toBe(JSON.stringify(piece));
  });

  it("can be taken out of anything", () => {
    const content = fc.array(fc.oneof(fc.string(), fc.record({ type: fc.string(), text: fc.string() })), {
      minLength: 2,
      maxLength: 5,
    });
    fc.assert(
      fc.property(content, fc.nat({ max: 4 }), fc.boolean(), (blocksOf, at, first) => {
        const marked = blocksOf.map((block, n) => {
          if (n !== at || typeof block === "string") return block;
          return first ? { cache_control: MARK, ...block } : { ...block, cache_control: MARK };
        });
        expect(meaning({ role: "user", content: marked })).toBe(meaning({ role: "user", content: blocksOf }));
      }),
    );
  });
});

describe("one text", () => {
  it.each(["text", "input_text"])("means the same as a list of one %s block", (type) => {
    const plain = meaning({ role: "user", content: 'say "hi"\n' });
    expect(meaning({ role: "user", content: [{ type, text: 'say "hi"\n', cache_control: MARK }] })).toBe(plain);
    expect(meaning({ role: "user", content: [{ type, text: 'say "ho"\n' }] })).not.toBe(plain);
  });

  it("means the same as a block as a system prompt", () => {
    expect(meaning([{ type: "text", text: "a" }][0])).toBe(meaning("a"));
  });

  it("is not a block that says more", () => {
    const cited = { role: "user", content: [{ type: "text", text: "a", citations: [1] }] };
    expect(meaning(cited)).toBe(JSON.stringify(cited));
  });
});
