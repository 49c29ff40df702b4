import fc from "fast-check";
import { expect, it } from "vitest";
import { createJoins } from "../../../src-gateway/joins/joins.ts";
import type { Following, JoinRecorder } from "../../../src-gateway/joins/types.ts";
import { ReadingClient } from "./reading-client.ts";

const ANSWERS = 4;
const LIMITS = { runningMs: 5_000, finishedMs: 1_000, answerBytes: 60_000, totalBytes: 150_000 };

type Step =
  | { do: "open" | "end" | "cut" | "left" | "fail"; which: number }
  | { do: "write"; which: number; length: number }
  | { do: "join"; which: number; isSlow: boolean }
  | { do: "drain" | "stop" | "slow"; who: number }
  | { do: "pass"; ms: number };

const which = fc.nat(ANSWERS - 1);
const who = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("open" as const), which }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      which,
      length: fc.oneof(fc.nat(200), fc.nat(30_000), fc.constant(100_000)),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("join" as const), which, isSlow: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("drain" as const, "stop" as const, "slow" as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("end" as const, "cut" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("left" as const, "fail" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(2_000) }) },
);

/** An exchange as its own client sees it. */
interface First {
  recorder: JoinRecorder;
  sent: Buffer[];
  state: "running" | "ended" | "cut";
}

it("gives every follower exactly the bytes of the first, within bounds, and lets nobody wait for another", () => {
  let joined = 0;
  let ended = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 150, size: "max" }), (steps) => {
      let nowUs = 0;
      const joins = createJoins({ clock: { nowUs: () => nowUs, monotonicUs: () => nowUs }, limits: LIMITS });
      const latest = new Map<number, First>();
      const firsts: First[] = [];
      const clients: { client: ReadingClient; of: First; following: Following; isStopped: boolean }[] = [];
      const request = (n: number) => ({ key: `k${n}`, isRetry: true, idempotencyKey: null });
      let fill = 0;

      const run = (now: Step): void => {
        if (now.do === "pass") nowUs += now.ms * 1_000;
        else if (now.do === "open") {
          latest.get(now.which)?.recorder.close(false);
          const first: First = { recorder: joins.open(request(now.which), firsts.length), sent: [], state: "running" };
          first.recorder.offer();
          first.recorder.head(200, { which: String(now.which) });
          firsts.push(first);
          latest.set(now.which, first);
        } else if (now.do === "join") {
          const found = joins.find(request(now.which));
          const client = new ReadingClient();
          client.isSlow = now.isSlow;
          const following = found?.follow(client);
          const of = found && firsts[found.exchangeId];
          if (following && of) clients.push({ client, of, following, isStopped: false });
          joined += following ? 1 : 0;
        } else if ("who" in now) {
          const one = clients[now.who];
          if (!one) return;
          if (now.do === "slow") one.client.isSlow = true;
          else if (now.do === "stop") {
            one.isStopped = true;
            one.following.stop();
          } else {
            one.client.isSlow = false;
            one.client.drain();
          }
        } else {
          const first = latest.get(now.which);
          if (!first) return;
          if (now.do === "write") {
            const piece = Buffer.alloc(now.length, fill++);
            if (first.state === "running") first.sent.push(piece);
            first.recorder.write(piece);
            // Copied: whoever sent it may use it again.
            piece.fill(255);
            if (first.state === "running") first.sent[first.sent.length - 1] = Buffer.alloc(now.length, fill - 1);
          } else if (now.do === "left") first.recorder.left();
          else if (now.do === "fail") first.recorder.close(false);
          else first.recorder[now.do]();
          if (first.state === "running" && now.do !== "write" && now.do !== "left")
            first.state = now.do === "end" ? "ended" : "cut";
        }
      };

      for (const now of steps) {
        run(now);
        if (now.do === "open")
          for (const first of firsts)
            if (![...latest.values()].includes(first) && first.state === "running") first.state = "cut";
        const { bytes, followers } = joins.status();
        expect(bytes).toBeLessThanOrEqual(LIMITS.totalBytes);
        expect(followers).toBe(
          clients.filter(({ client, isStopped }) => client.how === "reading" && !isStopped).length,
        );
        for (const { client, of, isStopped } of clients) {
          const whole = Buffer.concat(of.sent);
          const { received } = client;
          expect(received.equals(whole.subarray(0, received.length)), "the same bytes, in order").toBe(true);
          const state = client.how === "reading" ? "running" : client.how;
          // Whoever reads has everything already, or has been cut off; only those who are slow may be behind.
          const mayBeBehind = state === "running" && (client.isSlow || isStopped);
          const hasAll = (state === "ended" || state === "running") && !mayBeBehind;
          const has = { state: of.state, bytes: received.length };
          expect(has).toEqual(hasAll ? { state, bytes: whole.length } : has);
        }
      }
      for (const { client } of clients) ended += client.how === "ended" ? 1 : 0;
      for (const { client } of clients) {
        client.isSlow = false;
        client.drain();
      }
      for (const first of firsts) first.recorder.close(false);
      for (const { client } of clients) client.drain();
      for (const { following } of clients) following.stop();
      expect(joins.status()).toEqual({ answers: 0, bytes: 0, followers: 0 });
    }),
    { numRuns: 60 },
  );
  expect(joined, "some have joined").toBeGreaterThan(100);
  expect(ended, "some have come to the end").toBeGreaterThan(20);
});
