import fc from "fast-check";
import { expect, it } from "vitest";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { readModel } from "../../../src-gateway/protocols/fields.ts";

it("reads the name of a model as JSON.parse does, whatever was read before", () => {
  const name = fc
    .string({ unit: fc.constantFrom("a", "b", "-", "é", "\\", '"', "😀", "\n", "x".repeat(20)), maxLength: 4 })
    .filter((text) => text.trim() !== "");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.boolean()), { minLength: 1, maxLength: 20 }), (names) => {
      for (const [model, isEscaped] of names) {
        const json = JSON.stringify({ model });
        const bytes = Buffer.from(isEscaped ? json.replace('"a', '"\\u0061') : json);
        expect(readModel({ bytes, root: scanJson(bytes) })).toBe(model);
      }
    }),
  );
});
