import { describe, expect, it } from "vitest";
import { EndOfTurn, holdWork, turnMs } from "../../../src-gateway/lib/end-of-turn.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const busyFor = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

describe("the end of a turn", () => {
  it("does the work first, hears the promises that it settles, and then writes", async () => {
    const said: string[] = [];
    const writes = new EndOfTurn<string>("writes", (text) => said.push(`wrote ${text}`));
    const work = new EndOfTurn<string>("work", (text) => {
      said.push(`did ${text}`);
      void Promise.resolve().then(() => writes.add(`the answer to ${text}`));
    });
    writes.add("something else");
    work.add("one");
    work.add("two");
    expect(said).toEqual([]);
    await nextTurn();
    expect(said).toEqual([
      "did one",
      "did two",
      "wrote something else",
      "wrote the answer to one",
      "wrote the answer to two",
    ]);
  });

  it("leaves what takes too long to the turns after it, in order, and writes in between", async () => {
    const said: string[] = [];
    const writes = new EndOfTurn<number>("writes", (number) => said.push(`wrote ${number}`));
    const work = new EndOfTurn<number>("work", (number) => {
      said.push(`did ${number}`);
      writes.add(number);
      busyFor(4);
    });
    for (const number of [1, 2, 3]) work.add(number);
    await nextTurn();
    expect(said).toEqual(["did 1", "wrote 1"]);
    work.add(4);
    while (said.length < 8) await nextTurn();
    expect(said).toEqual(["did 1", "wrote 1", "did 2", "wrote 2", "did 3", "wrote 3", "did 4", "wrote 4"]);
  });

  it("takes up in the next turn what the work and the writes bring", async () => {
    const said: string[] = [];
    const work: EndOfTurn<string> = new EndOfTurn<string>("work", (text) => {
      said.push(text);
      if (text === "first") work.add("from the work");
    });
    const writes = new EndOfTurn<string>("writes", () => work.add("from the writes"));
    work.add("first");
    writes.add("");
    while (said.length < 3) await nextTurn();
    expect(said).toEqual(["first", "from the work", "from the writes"]);
  });

  it("holds work while others come in, but not for long", async () => {
    const said: string[] = [];
    const work = new EndOfTurn<string>("work", (text) => said.push(text));
    holdWork();
    work.add("one");
    await nextTurn();
    expect(said).toEqual([]);
    work.add("two");
    await nextTurn();
    expect(said).toEqual(["one", "two"]);
    holdWork();
    await nextTurn();
    work.add("a turn later");
    await nextTurn();
    expect(said.splice(2)).toEqual(["a turn later"]);
    const began = performance.now();
    work.add("three");
    while (said.length < 3) {
      holdWork();
      await nextTurn();
      expect(performance.now() - began).toBeLessThan(1_000);
    }
  });
});

describe("the time of a turn", () => {
  it("stands still while a turn hears its sockets, and goes on in the next", async () => {
    const first = turnMs();
    busyFor(2);
    await Promise.resolve();
    expect(turnMs()).toBe(first);
    await nextTurn();
    const next = turnMs();
    expect(next).toBeGreaterThanOrEqual(first + 2);
    expect(performance.now() - next).toBeLessThan(1_000);
  });

  it("goes on with each piece of work", async () => {
    const seen: number[] = [];
    const work = new EndOfTurn<number>("work", (ms) => {
      seen.push(turnMs());
      busyFor(ms);
      expect(turnMs()).toBe(seen.at(-1));
    });
    const heard = turnMs();
    busyFor(1);
    for (const ms of [1, 1, 0]) work.add(ms);
    while (seen.length < 3) await nextTurn();
    const [first = 0, second = 0, third = 0] = seen;
    expect(first).toBeGreaterThanOrEqual(heard + 1);
    expect(second).toBeGreaterThanOrEqual(first + 1);
    expect(third).toBeGreaterThanOrEqual(second + 1);
  });
});
