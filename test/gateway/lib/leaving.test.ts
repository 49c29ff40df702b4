import { describe, expect, it } from "vitest";
import { LeaveSignal, type Leaving } from "../../../src-gateway/lib/leaving.ts";

interface Told {
  signal: Leaving;
  abort(reason: unknown): void;
}

const KINDS: Readonly<Record<string, () => Told>> = {
  "an AbortSignal": () => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
  },
  "a signal of ours": () => {
    const signal = new LeaveSignal();
    return { signal, abort: (reason) => signal.abort(reason) };
  },
};

describe.each(Object.entries(KINDS))("who listens to %s", (_name, open) => {
  const said: string[] = [];
  const saying = (text: string) => () => void said.push(text);

  it("hears once that somebody has left, and why", () => {
    said.length = 0;
    const { signal, abort } = open();
    signal.addEventListener("abort", saying("a function"), { once: true });
    signal.addEventListener("abort", { handleEvent: saying("an object") }, { once: true });
    signal.addEventListener("abort", saying("a third"), { once: true });
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    abort("the first reason");
    abort("the second reason");
    expect(said).toEqual(["a function", "an object", "a third"]);
    expect([signal.aborted, signal.reason]).toEqual([true, "the first reason"]);
  });

  it("finds it so when told, before anybody else is", () => {
    said.length = 0;
    const { signal, abort } = open();
    signal.addEventListener("abort", () => said.push(String(signal.aborted), String(signal.reason)), { once: true });
    abort("gone");
    expect(said).toEqual(["true", "gone"]);
  });

  it("hears nothing after turning away, and nothing when it came too late", () => {
    said.length = 0;
    const { signal, abort } = open();
    const listeners = ["one", "two", "three"].map(saying);
    for (const each of listeners) signal.addEventListener("abort", each, { once: true });
    for (const each of listeners.slice(0, 2)) signal.removeEventListener("abort", each);
    signal.removeEventListener("abort", saying("never there"));
    abort("gone");
    signal.addEventListener("abort", saying("late"), { once: true });
    abort("gone again");
    expect(said).toEqual(["three"]);
  });

  it("is not told when another one that is told turns it away", () => {
    said.length = 0;
    const { signal, abort } = open();
    const [second, third] = [saying("second"), saying("third")];
    signal.addEventListener("abort", () => signal.removeEventListener("abort", second), { once: true });
    signal.addEventListener("abort", second, { once: true });
    signal.addEventListener("abort", third, { once: true });
    abort("gone");
    expect(said).toEqual(["third"]);
  });

  it("is told once, however often it asked to be", () => {
    said.length = 0;
    const { signal, abort } = open();
    const [first, second] = [saying("first"), saying("second")];
    for (const each of [first, second, first, second]) signal.addEventListener("abort", each, { once: true });
    abort("gone");
    expect(said).toEqual(["first", "second"]);
  });
});
