import { describe, expect, it } from "vitest";
import { createSessions } from "../../../src-gateway/admin-api/sessions.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

function start() {
  let nowUs = 1_700_000_000 * SECOND;
  const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
  return { sessions: createSessions(clock), pass: (us: number) => void (nowUs += us) };
}

describe("a one-time code", () => {
  it("works once, within a minute, for its user", () => {
    const { sessions, pass } = start();
    const first = sessions.createCode(7);
    expect(sessions.redeem(first.code)).toBe(7);
    expect(sessions.redeem(first.code)).toBeNull();
    const late = sessions.createCode(7);
    pass(59 * SECOND);
    expect(sessions.redeem(sessions.createCode(8).code)).toBe(8);
    pass(SECOND);
    expect(sessions.redeem(late.code)).toBeNull();
    expect(sessions.redeem("")).toBeNull();
  });

  it("cannot be minted until the memory is full: the oldest go", () => {
    const { sessions } = start();
    const codes = Array.from({ length: 150 }, (_each, n) => sessions.createCode(n).code);
    expect(sessions.redeem(codes[0]!)).toBeNull();
    expect(sessions.redeem(codes[149]!)).toBe(149);
  });
});

describe("a session", () => {
  it("ends after twelve hours, however often its token was renewed", () => {
    const { sessions, pass } = start();
    let { token } = sessions.start(7);
    const secondsLeft: number[] = [];
    for (let hours = 0; hours < 12; hours++) {
      const found = sessions.find(token);
      expect(found?.userId).toBe(7);
      token = found?.renewed?.token ?? token;
      if (found?.renewed) secondsLeft.push(found.renewed.maxAgeSeconds);
      pass(HOUR);
    }
    expect(secondsLeft).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((hours) => hours * 3_600));
    expect(sessions.find(token)).toBeNull();
  });

  it("takes the token before for a minute, for requests that were on their way, and renews it once", () => {
    const { sessions, pass } = start();
    const { token } = sessions.start(7);
    pass(HOUR);
    const renewed = sessions.find(token)?.renewed?.token ?? "";
    expect(sessions.find(token)).toEqual({ userId: 7, renewed: null });
    pass(60 * SECOND);
    expect(sessions.find(token)).toBeNull();
    expect(sessions.find(renewed)?.userId).toBe(7);
  });

  it("ends with all its tokens, and leaves others alone", () => {
    const { sessions, pass } = start();
    const { token } = sessions.start(7);
    const other = sessions.start(7).token;
    pass(HOUR);
    const renewed = sessions.find(token)?.renewed?.token ?? "";
    sessions.end(renewed);
    expect(sessions.find(token)).toBeNull();
    expect(sessions.find(renewed)).toBeNull();
    expect(sessions.find(other)?.userId).toBe(7);
    sessions.end("unknown");
    expect(sessions.find("unknown")).toBeNull();
  });
});
