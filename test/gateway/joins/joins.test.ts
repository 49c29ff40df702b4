import { beforeEach, describe, expect, it } from "vitest";
import { createJoins } from "../../../src-gateway/joins/joins.ts";
import type { JoinLimits, JoinRecorder, JoinRequest, Joins } from "../../../src-gateway/joins/types.ts";
import { ReadingClient } from "./reading-client.ts";

let nowUs = 0;
let joins: Joins;
const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
const restart = (limits: Partial<JoinLimits> = {}): void => {
  nowUs = 0;
  joins = createJoins({ clock, limits });
};
beforeEach(() => restart());

const first: JoinRequest = { key: "k", isRetry: false, idempotencyKey: null };
const retry: JoinRequest = { ...first, isRetry: true };
const named = (idempotencyKey: string): JoinRequest => ({ ...first, idempotencyKey });
const bytes = (text: string): Buffer => Buffer.from(text);

function begin(id: number, request = first): JoinRecorder {
  const recorder = joins.open(request, id);
  recorder.offer();
  recorder.head(200, { "content-type": "text/event-stream" });
  return recorder;
}
function finish(id: number, text = `answer ${id}`): JoinRecorder {
  const recorder = begin(id);
  recorder.write(bytes(text));
  recorder.end();
  recorder.close(true);
  return recorder;
}
function follow(request = retry): ReadingClient {
  const client = new ReadingClient();
  if (!joins.find(request)?.follow(client)) throw new Error("there is nothing to follow");
  return client;
}

describe("whom a request is joined with", () => {
  it("is one that says that it asks again", () => {
    begin(1);
    expect(joins.find(first)).toBeNull();
    expect(joins.find(retry)).toMatchObject({ exchangeId: 1, isFinished: false });
    expect(joins.find({ ...retry, key: "another" })).toBeNull();
  });

  it("is one that names the same, and never one that names another", () => {
    begin(1, named("a"));
    expect(joins.find(named("a"))).toMatchObject({ exchangeId: 1 });
    expect(joins.find({ ...named("b"), isRetry: true })).toBeNull();
    expect(joins.find(retry)).toMatchObject({ exchangeId: 1 });
  });

  it("is one whose client has left, once for each that did", () => {
    const recorder = begin(1);
    recorder.left();
    follow(first);
    expect(joins.find(first)).toBeNull();
    recorder.write(bytes("x"));
    recorder.end();
    recorder.close(true);
    expect(joins.find(first)).toBeNull();
  });

  it("is one whose client has left after the end, too", () => {
    finish(1).left();
    expect(joins.find(first)).toMatchObject({ exchangeId: 1, isFinished: true });
  });

  it("is one whose follower has left", () => {
    begin(1);
    const client = new ReadingClient();
    joins.find(retry)?.follow(client)?.stop();
    expect(joins.find(first)).toMatchObject({ exchangeId: 1 });
  });

  it("is the latest, but one that is owed before any other", () => {
    const owed = begin(1);
    begin(2);
    expect(joins.find(retry)?.exchangeId).toBe(2);
    owed.left();
    expect(joins.find(retry)?.exchangeId).toBe(1);
  });

  it("is nobody where a retry means another that has failed", () => {
    begin(1);
    begin(2).close(false);
    expect(joins.find(retry)).toBeNull();
    // That was the retry of 2; the next one is of 1.
    expect(joins.find(retry)).toMatchObject({ exchangeId: 1 });
  });

  it("is nobody before it is offered, and after it was dropped", () => {
    const recorder = joins.open(first, 1);
    expect(joins.find(retry)).toBeNull();
    recorder.offer();
    expect(joins.find(retry)).not.toBeNull();
    recorder.drop();
    expect(joins.find(retry)).toBeNull();
    recorder.offer();
    expect(joins.find(retry)).toBeNull();
  });
});

describe("what is kept", () => {
  it("is an answer that came to its end, for a while", () => {
    restart({ finishedMs: 60_000 });
    finish(1);
    nowUs = 60_000_000;
    expect(follow()).toMatchObject({ how: "ended", head: { status: 200 } });
    nowUs++;
    expect(joins.find(retry)).toBeNull();
    expect(joins.status()).toEqual({ answers: 0, bytes: 0, followers: 0 });
  });

  it("is no answer that is on its way for too long, but who has joined it goes on", () => {
    restart({ runningMs: 1_000 });
    const recorder = begin(1);
    const client = follow();
    nowUs = 1_000_001;
    expect(joins.find(retry)).toBeNull();
    recorder.write(bytes("late"));
    recorder.end();
    expect(client).toMatchObject({ how: "ended", received: bytes("late") });
  });

  it.each([
    ["an error", (recorder: JoinRecorder) => recorder.end(bytes("{}")), 529],
    ["an answer that broke off", (recorder: JoinRecorder) => recorder.cut(), 200],
    ["an answer that was left open", () => {}, 200],
    ["an end that is none", (recorder: JoinRecorder) => recorder.end(), 200],
  ])("is not %s", (_, act, status) => {
    const recorder = joins.open(first, 1);
    recorder.offer();
    recorder.head(status, {});
    act(recorder);
    recorder.close(false);
    expect(joins.find({ ...first, idempotencyKey: "x" })).toBeNull();
    expect(joins.find(retry)).toBeNull();
    expect(joins.find(retry)).toBeNull();
    expect(joins.status()).toEqual({ answers: 0, bytes: 0, followers: 0 });
  });

  it("is no answer that is too long, and it is let go of at once", () => {
    restart({ answerBytes: 10 });
    const recorder = begin(1);
    recorder.write(bytes("0123456789"));
    expect(joins.find(retry)).not.toBeNull();
    recorder.write(bytes("!"));
    expect(joins.find(retry)).toBeNull();
    expect(joins.status()).toEqual({ answers: 0, bytes: 0, followers: 0 });
  });

  it("is what came last, where there is not room for all", () => {
    restart({ totalBytes: 3_000 });
    for (const id of [1, 2, 3]) {
      const recorder = joins.open({ ...first, key: `k${id}` }, id);
      recorder.offer();
      recorder.head(200, {});
      recorder.end(bytes("x"));
      recorder.close(true);
    }
    const isKept = (id: number): boolean => joins.find({ ...retry, key: `k${id}` }) !== null;
    expect([1, 2, 3].map(isKept)).toEqual([false, true, true]);
  });
});

describe("those who follow", () => {
  it("break off with the answer, also when they are behind", async () => {
    const recorder = begin(1);
    const slow = new ReadingClient();
    slow.isSlow = true;
    const following = joins.find(retry)?.follow(slow);
    recorder.write(bytes("one "));
    recorder.write(bytes("two"));
    recorder.cut();
    expect(slow).toMatchObject({ how: "reading", received: bytes("one ") });
    slow.drain();
    expect(slow).toMatchObject({ how: "cut", received: bytes("one two") });
    expect(await following?.done).toBe("cut");
  });

  it("are cut off when they fall too far behind, and only they", () => {
    restart({ answerBytes: 100_000 });
    const recorder = begin(1);
    const [slow, quick] = [follow(), follow()];
    slow.isSlow = true;
    for (let n = 0; n < 20; n++) recorder.write(Buffer.alloc(10_000, n));
    expect(slow.how).toBe("cut");
    recorder.end();
    expect(quick.how).toBe("ended");
    expect(quick.received).toHaveLength(200_000);
    recorder.close(true);
    expect(joins.status()).toEqual({ answers: 0, bytes: 0, followers: 0 });
  });

  it("are told of to the exchange as they come and go", () => {
    const recorder = begin(1);
    const seen: boolean[] = [];
    recorder.onFollowers = () => seen.push(recorder.hasFollowers);
    const following = joins.find(retry)?.follow(new ReadingClient());
    following?.stop();
    following?.stop();
    expect(seen).toEqual([true, false]);
  });

  it("get an error that comes while they wait", () => {
    const recorder = joins.open(first, 1);
    recorder.offer();
    const client = follow();
    recorder.head(429, { "retry-after": "3" });
    recorder.end(bytes("no"));
    expect(client).toMatchObject({ how: "ended", head: { status: 429, headers: { "retry-after": "3" } } });
  });
});

it("an answer may be waited for while it can be joined, and until the gateway stops", () => {
  restart({ graceMs: 5_000, answerBytes: 10 });
  const recorder = joins.open(first, 1);
  expect(recorder.graceMs).toBe(0);
  recorder.offer();
  expect(recorder.graceMs).toBe(5_000);
  let told = 0;
  recorder.onFollowers = () => told++;
  const long = begin(2);
  long.write(Buffer.alloc(11));
  expect(long.graceMs).toBe(0);
  joins.stop();
  expect([recorder.graceMs, told]).toEqual([0, 1]);
});
