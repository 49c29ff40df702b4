import { describe, expect, it } from "vitest";
import { giveBack, lend } from "../../../src-gateway/lib/give-back.ts";

const large = (): Buffer => Buffer.alloc(100_000, "a");

describe("memory that is given back", () => {
  it("is gone at once, for the bytes and for every part of them", () => {
    const bytes = large();
    const part = bytes.subarray(10, 50_000);
    giveBack(bytes);
    expect([bytes.length, part.length, bytes.buffer.byteLength]).toEqual([0, 0, 0]);
  });

  it("may stand behind something short that is not needed, as a body does behind its head", () => {
    const read = large();
    giveBack(read.subarray(300));
    expect(read.length).toBe(0);
  });

  it.each([
    ["bytes out of a pool", () => Buffer.from("a".repeat(20_000))],
    ["a small part of something larger", () => large().subarray(0, 40_000)],
    ["what is small", () => Buffer.alloc(10_000, "a")],
    ["memory of several threads", () => Buffer.from(new SharedArrayBuffer(100_000))],
  ])("is never that of %s", (_what, make) => {
    const bytes = make();
    const { length } = bytes;
    giveBack(bytes);
    expect(bytes.length).toBe(length);
  });

  it("goes with the last of its loans, and only when it was given back", () => {
    const bytes = large();
    const parts = [bytes.subarray(0, 20), Buffer.from("instead"), bytes.subarray(40)];
    const [first, second] = [lend(parts), lend([bytes])];
    giveBack(bytes);
    expect(parts[2]?.toString()).toBe("a".repeat(99_960));
    first();
    first();
    expect(bytes.length).toBe(100_000);
    second();
    expect(bytes.length).toBe(0);

    const kept = large();
    lend([kept])();
    expect(kept.length).toBe(100_000);
    giveBack(kept);
    expect(kept.length).toBe(0);
  });
});
