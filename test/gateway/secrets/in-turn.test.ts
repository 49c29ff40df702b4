import { expect, it } from "vitest";
import { createInTurn } from "../../../src-gateway/secrets/in-turn.ts";

const never = (): Promise<string> => new Promise(() => {});

it("asks one question after the other, so that a locked keychain asks its person once", async () => {
  const inTurn = createInTurn();
  let open = 0;
  let most = 0;
  const ask = async (): Promise<string> => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    return "key";
  };
  const answers = await Promise.all(Array.from({ length: 8 }, () => inTurn(ask, 5_000)));
  expect(answers).toEqual(Array.from({ length: 8 }, () => ({ value: "key", problem: null })));
  expect(most).toBe(1);
});

it("says of a silent one that it may be locked, asks for nobody who waited behind it, and asks again later", async () => {
  const inTurn = createInTurn();
  let asked = 0;
  const count = async (): Promise<number> => ++asked;
  const [first, second, third] = await Promise.all([inTurn(never, 30), inTurn(count, 5_000), inTurn(count, 5_000)]);
  expect(first).toEqual({ value: null, problem: "the keychain did not answer within 0.03 s; it may be locked" });
  expect(second.problem).toMatch(/did not answer/);
  expect(third.problem).toMatch(/did not answer/);
  expect(asked).toBe(0);
  expect(await inTurn(count, 5_000)).toEqual({ value: 1, problem: null });
});

it("goes on after one that fails", async () => {
  const inTurn = createInTurn();
  const failed = inTurn(() => Promise.reject(new Error("no service\nmore")), 5_000);
  const fine = inTurn(async () => "key", 5_000);
  expect(await failed).toEqual({ value: null, problem: "no keychain answers here (no service)" });
  expect(await fine).toEqual({ value: "key", problem: null });
});
