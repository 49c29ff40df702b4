import fc from "fast-check";
import { expect, it } from "vitest";
import { JsonScanError, scanJson } from "../../../src-gateway/lib/json-scan.ts";

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "é", "}", ","), maxLength: 30 }),
  fc.nat(1_200).map((length) => "x".repeat(length)),
);
const message = fc.oneof(
  fc.record({ role: fc.constantFrom("user", "assistant", "system", "developer", "tool", "users"), content: text }),
  fc.record({ role: fc.constant("user"), content: text, name: text }),
  fc.record({ role: fc.constant("user"), content: fc.array(fc.record({ text }), { maxLength: 2 }) }),
);
/** Some whole, some with a byte too many, too few, or another one somewhere. */
const lists = fc
  .record({
    list: fc.array(message, { maxLength: 4 }),
    at: fc.nat(),
    put: fc.constantFrom("", "}", '"', ",", "\\", "\n", ',"role":1', "x"),
    drop: fc.nat(2),
    isWhole: fc.boolean(),
  })
  .map(({ list, at, put, drop, isWhole }) => {
    const json = JSON.stringify(list);
    const place = at % (json.length + 1);
    return isWhole ? json : json.slice(0, place) + put + json.slice(place + drop);
  });

/** @param back where in the text as it was an offset is. */
function outcomeOf(bytes: Buffer, back: (offset: number) => number) {
  try {
    const { longTexts, end, mayHoldMarks, members } = scanJson(bytes);
    const elements = members.get("l")?.elements?.map(back);
    return { longTexts: longTexts.map(back), end: back(end), mayHoldMarks, elements };
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    return { problem: error.message.replace(/ at byte \d+$/, ""), offset: back(error.offset) };
  }
}

it("says the same of messages that are stepped over in one go as of those that are walked", () => {
  fc.assert(
    fc.property(lists, (list) => {
      const json = `{"l":${list}}`;
      // With a space in it, a message begins like no other.
      const spaced = Buffer.from(json.replaceAll('{"role"', '{ "role"'));
      const back = (offset: number): number => {
        let spaces = 0;
        for (let at = spaced.indexOf('{ "'); at >= 0 && at + 1 < offset; at = spaced.indexOf('{ "', at + 1)) spaces++;
        return offset - spaces;
      };
      const known = outcomeOf(Buffer.from(json), (offset) => offset);
      expect(known).toEqual(outcomeOf(spaced, back));
    }),
    { numRuns: 2_000 },
  );
});
