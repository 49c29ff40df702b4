import fc from "fast-check";
import { expect, it } from "vitest";
import { JsonScanError, scanJson } from "../../../src-gateway/lib/json-scan.ts";

const name = fc.oneof(
  fc.constantFrom("model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens"),
  fc.string({ unit: fc.constantFrom("m", "o", "d", "é", '"', "\\", ":"), maxLength: 8 }),
  fc.nat(60).map((length) => "k".repeat(length)),
);
/** Whole ones, and some with a byte too many, too few, or another one somewhere. */
const bodies = fc.record({
  names: fc.array(name, { maxLength: 5 }),
  at: fc.nat(),
  put: fc.constantFrom("", '"', ":", " ", "\\", "\n"),
  drop: fc.nat(1),
  isWhole: fc.boolean(),
});

function outcomeOf(bytes: Buffer) {
  try {
    return [...scanJson(bytes).members].map(([key, { start, end, keyStart }]) => [key, keyStart, start, end]);
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    return { message: error.message, offset: error.offset };
  }
}

it("says the same of a body whether its keys are known or not", () => {
  fc.assert(
    fc.property(bodies, ({ names, at, put, drop, isWhole }) => {
      const json = `{${names.map((each) => `${JSON.stringify(each)}:1`).join(",")}}`;
      const place = at % json.length;
      const text = isWhole ? json : json.slice(0, place) + put + json.slice(place + drop);
      const said = outcomeOf(Buffer.from(text));
      expect(outcomeOf(Buffer.from(text))).toEqual(said);
      if (new Set(names).size < names.length || !isWhole) return;
      // With a space before its colon, a key is spelled like none that is known.
      const spaced = `{${names.map((each) => `${JSON.stringify(each)} :1`).join(",")}}`;
      const keys = outcomeOf(Buffer.from(spaced));
      expect(Array.isArray(said) && said.map(([key]) => key)).toEqual(Array.isArray(keys) && keys.map(([key]) => key));
      expect(Array.isArray(said) && said.map(([key]) => key)).toEqual(names);
    }),
    { numRuns: 2_000 },
  );
});
