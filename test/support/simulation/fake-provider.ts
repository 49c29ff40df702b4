/** Providers of a simulation: up or down by a timetable, and each down time fails in its own way. */
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from "../../../src-gateway/exchange/types.ts";
import type { Chance } from "./seeded.ts";

export const FAULTS = [
  "refuses",
  "throttles",
  "overloaded",
  "fails",
  "error-first",
  "error-after-role",
  "bad-key",
] as const;
/** Faults after which the request may have been worked on. */
export const HARD_FAULTS = ["cut", "ends-early", "silent"] as const;
export type Fault = (typeof FAULTS)[number] | (typeof HARD_FAULTS)[number];

interface DownTime {
  fromMs: number;
  toMs: number;
  fault: Fault;
}

export interface FakeProvider {
  id: string;
  down: DownTime[];
  /** From when on it may be asked again, by its own word. */
  deadlineMs: number;
  /** Requests that came before that. */
  early: number;
  calls: { atMs: number; tag: string; fault: Fault | null }[];
}

export function createProvider(
  id: string,
  chance: Chance,
  options: { isSteady: boolean; lastMs: number; hard: boolean },
): FakeProvider {
  const down: DownTime[] = [];
  if (!options.isSteady) {
    for (let at = chance.below(2_000); at < options.lastMs; ) {
      const toMs = at + 200 + chance.below(6_000);
      down.push({ fromMs: at, toMs, fault: chance.pick(options.hard && chance.next() < 0.5 ? HARD_FAULTS : FAULTS) });
      at = toMs + chance.below(8_000);
    }
  }
  return { id, down, deadlineMs: 0, early: 0, calls: [] };
}

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const ROLE = chunk({ role: "assistant", content: "" });

/** The pieces of the answer to a tagged request: each is told apart, so that one that comes twice is seen. */
export const piecesOf = (tag: string, provider: string): string[] => [1, 2, 3].map((n) => `<${tag}.${provider}.${n}>`);

/** Answers one request as the provider does at this moment. `later` runs something after so many milliseconds. */
export function answer(
  provider: FakeProvider,
  request: UpstreamRequest,
  sink: UpstreamSink,
  world: { nowMs(): number; later(ms: number, run: () => void): void; chance: Chance },
): UpstreamCall {
  const now = world.nowMs();
  const tag = /tag-\d+/.exec(request.body.map(String).join(""))?.[0] ?? "?";
  if (now < provider.deadlineMs) provider.early++;
  let isOver = false;
  const at = (ms: number, run: () => void): void => world.later(ms, () => void (isOver || run()));
  const fault = provider.down.find(({ fromMs, toMs }) => now >= fromMs && now < toMs)?.fault ?? null;
  provider.calls.push({ atMs: now, tag, fault });
  const delay = 1 + world.chance.below(40);
  const error = (status: number, headers: Record<string, string> = {}): void => {
    sink.onHead(status, { "content-type": "application/json", ...headers });
    sink.onData(Buffer.from(JSON.stringify({ error: { message: `${provider.id} says ${status}` } })));
    isOver = true;
    sink.onEnd();
  };
  const open = (): void => sink.onHead(200, { "content-type": "text/event-stream" });
  const say = (text: string): void => sink.onData(Buffer.from(text));
  const fail = (kind: "connect" | "cut" | "first-byte-timeout"): void => {
    isOver = true;
    sink.onError({ kind, detail: "simulated" });
  };
  const waitS = 1 + world.chance.below(4);
  switch (fault) {
    case "refuses":
      at(delay, () => fail("connect"));
      break;
    case "throttles":
      at(delay, () => {
        provider.deadlineMs = Math.max(provider.deadlineMs, world.nowMs() + waitS * 1000);
        error(429, { "retry-after": String(waitS) });
      });
      break;
    case "overloaded":
      at(delay, () => error(529));
      break;
    case "fails":
      at(delay, () => error(500));
      break;
    case "bad-key":
      at(delay, () => error(401));
      break;
    case "error-first":
    case "error-after-role":
      at(delay, () => {
        open();
        if (fault === "error-after-role") say(ROLE);
        say(`data: ${JSON.stringify({ error: { message: "overloaded", type: "overloaded_error" } })}\n\n`);
        isOver = true;
        sink.onEnd();
      });
      break;
    case "silent":
      at(2_000, () => fail("first-byte-timeout"));
      break;
    default: {
      const pieces = piecesOf(tag, provider.id);
      at(delay, () => {
        open();
        say(ROLE);
      });
      for (const [n, piece] of pieces.entries()) {
        const isLast = n === pieces.length - 1;
        at(delay + 10 * (n + 1), () => {
          if (isLast && fault === "cut") return fail("cut");
          if (isLast && fault === "ends-early") {
            isOver = true;
            return sink.onEnd();
          }
          say(chunk({ content: piece }));
        });
      }
      at(delay + 60, () => {
        say(chunk({}, "stop"));
        say("data: [DONE]\n\n");
        isOver = true;
        sink.onEnd();
      });
    }
  }
  return {
    pause() {},
    resume() {},
    abort() {
      if (isOver) return;
      isOver = true;
      world.later(0, () => sink.onError({ kind: "aborted", detail: "stopped by the gateway" }));
    },
  };
}
