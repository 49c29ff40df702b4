/** Answers as any wire may give them, kept to what Gemini's wire has a word for. */
import fc from "fast-check";
import type { IrAnswer } from "../../../../src-gateway/ir/answer.ts";
import type { Citation, Opaque, Part } from "../../../../src-gateway/ir/part.ts";
import { NO_USAGE, type Usage } from "../../../../src-gateway/ir/usage.ts";

const opaque: fc.Arbitrary<{ opaque?: Opaque }> = fc.oneof(
  fc.constant({}),
  fc.base64String({ minLength: 4 }).map((value) => ({ opaque: { wire: "gemini-content" as const, value } })),
);
const words = fc.string({ unit: fc.constantFrom("a", "ä", "🧀", " ", '"'), maxLength: 8 });
const blob = fc.record({ data: fc.base64String(), mime: fc.constantFrom("image/png", "image/jpeg") });

const text: fc.Arbitrary<Part> = fc
  .tuple(words, opaque, fc.array(fc.webUrl(), { maxLength: 2 }))
  .map(([said, signed, urls]) => {
    // A source without a range belongs to the whole answer, wherever it stood.
    const citations =
      said === "" ? [] : urls.map((url): Citation => ({ url, title: "t", start: 0, end: firstLetter(said) }));
    return { kind: "text", text: said, ...signed, ...(citations.length > 0 ? { citations } : {}) };
  });
/** Ends behind a whole letter: half of one has no place in bytes. */
const firstLetter = (said: string): number => [...said][0]?.length ?? 0;

const call = fc
  .tuple(fc.string({ maxLength: 4 }), fc.dictionary(fc.string(), fc.jsonValue()), opaque)
  .map(([id, args, signed]): Part => {
    // As JSON keeps them: it knows no negative zero.
    return { kind: "call", id, name: "f", args: JSON.stringify(args), ...signed };
  });

const anyPart: fc.Arbitrary<Part> = fc.oneof(
  text,
  call,
  fc.tuple(words, opaque).map(([said, signed]): Part => ({ kind: "thinking", text: said, ...signed })),
  fc.tuple(blob, opaque).map(([bytes, signed]): Part => ({ kind: "image", blob: bytes, ...signed })),
  fc.constant<Part>({ kind: "native", wire: "gemini-content", type: "executableCode", raw: { executableCode: {} } }),
);

const usage: fc.Arbitrary<Usage> = fc
  .tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.nat(1e6))
  .map(([inputUncached, cacheRead, output, reasoning]) => ({
    ...NO_USAGE,
    inputUncached,
    cacheRead,
    output: output + reasoning,
    reasoning,
  }));

export const randomAnswer: fc.Arbitrary<IrAnswer> = fc
  .tuple(
    fc.array(anyPart, { maxLength: 6 }),
    fc.constantFrom(...(["stop", "length", "filter", "paused", "error"] as const)),
    fc.option(usage),
  )
  .map(([parts, reason, spent]): IrAnswer => {
    const calls = parts.some(({ kind }) => kind === "call");
    return {
      id: null,
      model: null,
      parts,
      finish: { reason: reason === "stop" && calls ? "tool_calls" : reason, raw: null },
      usage: spent,
    };
  });

/** What every wire can keep of an answer: neither its homes nor the names that the gateway gives it. */
export function plain({ parts, finish, usage: spent }: IrAnswer): unknown {
  return {
    // No arguments and an empty object of them are the same.
    parts: parts.map((part) => ({
      ...part,
      home: undefined,
      ...(part.kind === "call" && part.args === "" ? { args: "{}" } : {}),
    })),
    reason: finish.reason,
    usage: spent,
  };
}
