import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Tape } from "../../../src-gateway/joins/tape.ts";

const filled = (bytes: number, value: number): Tape => {
  const tape = new Tape();
  tape.append(Buffer.alloc(bytes, value), true);
  return tape;
};

describe("the bytes of kept answers", () => {
  it("take the memory of those before them, once these are forgotten", () => {
    const allocated = vi.spyOn(Buffer, "allocUnsafeSlow");
    try {
      const held: Tape[] = [];
      for (let n = 0; n < 2_000; n++) {
        held.push(filled(15_000, n % 256));
        if (held.length > 100) held.shift()?.drop(15_000);
      }
      const bytes = allocated.mock.calls.reduce((sum, [size]) => sum + size, 0);
      expect(bytes).toBeLessThan(4 * 1024 * 1024);
      for (const [at, tape] of held.entries()) {
        const value = (2_000 - held.length + at) % 256;
        expect(tape.read(0)?.equals(Buffer.alloc(15_000, value))).toBe(true);
      }
    } finally {
      allocated.mockRestore();
    }
  });

  it("stay as they are for whoever has read them, whatever is kept and forgotten meanwhile", () => {
    const step = fc.record({ bytes: fc.integer({ min: 1, max: 40_000 }), forgets: fc.nat(3), reads: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const held: { tape: Tape; bytes: number }[] = [];
        const seen: { view: Buffer; copy: Buffer }[] = [];
        for (const [n, { bytes, forgets, reads }] of steps.entries()) {
          const tape = filled(bytes, n + 1);
          held.push({ tape, bytes });
          const view = reads ? tape.read(0) : null;
          if (view !== null) seen.push({ view, copy: Buffer.from(view) });
          for (const old of held.splice(0, forgets)) old.tape.drop(old.bytes);
        }
        for (const { view, copy } of seen) expect(view.equals(copy)).toBe(true);
      }),
    );
  });
});
