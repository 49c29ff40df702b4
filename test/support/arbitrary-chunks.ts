/** The chunks of a Chat stream as servers send them, and as none should: repeated, padded, with more in them than text. */
import fc from "fast-check";

const word = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom(
    "",
    '"',
    "\\",
    "\\n",
    'a"content":"b',
    '","content":"',
    "\u2028",
    "é漢😀",
    "line\n",
    "}]}",
    "content",
  ),
);
const delta = fc.oneof(
  { weight: 8, arbitrary: fc.record({ content: word }) },
  { weight: 3, arbitrary: fc.record({ role: fc.constant("assistant"), content: word, refusal: fc.constant(null) }) },
  { weight: 3, arbitrary: fc.record({ reasoning_content: word, content: fc.constantFrom("", null) }) },
  { weight: 1, arbitrary: fc.record({ reasoning: word, content: word }) },
  { weight: 1, arbitrary: fc.record({ reasoning: word, reasoning_content: fc.constantFrom("", null, "so") }) },
  { weight: 1, arbitrary: fc.record({ content: word, tool_calls: fc.constant([]) }) },
  { weight: 1, arbitrary: fc.record({ content: word, refusal: word }) },
  {
    weight: 1,
    arbitrary: fc.record({
      tool_calls: fc
        .record({ name: fc.constantFrom("look", null), args: word })
        .map(({ name, args }) => [
          { index: 0, ...(name === null ? {} : { id: "c1" }), function: { name, arguments: args } },
        ]),
    }),
  },
);
const choice = fc.record(
  {
    index: fc.constantFrom(0, 0, 0, 1),
    delta,
    logprobs: fc.constantFrom(null, null, { content: [{ token: "content" }] }),
    finish_reason: fc.constantFrom(null, null, null, null, "stop", ""),
    text: fc.constantFrom("", null, "more"),
    usage: fc.constantFrom(null, { prompt_tokens: 3, completion_tokens: 1 }),
  },
  { requiredKeys: ["index", "delta", "finish_reason"] },
);
const chunk = fc.record(
  {
    id: fc.constantFrom("one", "one", "two"),
    created: fc.constantFrom(7, 7, 8),
    model: fc.constant("m"),
    choices: fc.oneof({ weight: 9, arbitrary: fc.tuple(choice) }, fc.array(choice, { maxLength: 2 })),
    usage: fc.constantFrom(null, null, { prompt_tokens: 9, completion_tokens: 2 }),
    service_tier: fc.constantFrom("default", "flex"),
    obfuscation: word,
    error: fc.constantFrom(null, null, null, null, null, null, null, { message: "no" }),
  },
  { requiredKeys: ["id", "created", "model", "choices"] },
);

/** Each as JSON; many of them stand there several times, one behind the other, and differ from the ones before in little. */
export const anyChatChunks = fc
  .tuple(fc.array(chunk, { maxLength: 12 }), fc.constantFrom(0, 1), fc.nat(3))
  .map(([chunks, indent, repeats]) =>
    chunks.flatMap((json) => Array.from({ length: repeats + 1 }, () => JSON.stringify(json, null, indent))),
  );
