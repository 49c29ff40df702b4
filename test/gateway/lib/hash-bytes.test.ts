import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sha256Hex } from "../../../src-gateway/lib/hash-bytes.ts";

it.each([0, 1, 2_000, 16_384, 16_385, 100_001])("takes the parts for one run of %i bytes", (length) => {
  const whole = Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31) % 251));
  const wanted = createHash("sha256").update(whole).digest("hex");
  expect(sha256Hex([whole])).toBe(wanted);
  for (const at of [0, 1, 7, 16, 1_000].filter((each) => each <= length))
    expect(sha256Hex([whole.subarray(0, at), whole.subarray(at)])).toBe(wanted);
});
