import { expect, it } from "vitest";
import { processHash, sha256Hex } from "../../../src-gateway/lib/hash-bytes.ts";

const bytesOf = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31) % 251));

for (const [name, hash] of Object.entries({ sha256Hex, processHash })) {
  it.each([
    0, 1, 15, 16, 17, 2_000, 32_767, 32_768, 100_001, 500_000,
  ])(`${name} takes the parts for one run of %i bytes`, (length) => {
    const whole = bytesOf(length);
    const wanted = hash([whole]);
    expect(wanted).toMatch(/^[0-9a-f]{16,}$/);
    for (const at of [0, 1, 7, 16, 1_000].filter((each) => each <= length))
      expect(hash([whole.subarray(0, at), whole.subarray(at)])).toBe(wanted);
    expect(
      hash([whole.subarray(0, length / 3), whole.subarray(length / 3, length / 2), whole.subarray(length / 2)]),
    ).toBe(wanted);
  });

  it.each([100, 40_000])(`${name} tells two runs of %i bytes apart that differ in one bit`, (length) => {
    const bytes = bytesOf(length);
    const before = hash([bytes]);
    for (const at of [0, length >> 1, length - 1]) {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(hash([bytes])).not.toBe(before);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
    }
    expect(hash([bytes])).toBe(before);
    expect(hash([bytes, Buffer.alloc(1)])).not.toBe(before);
  });
}
