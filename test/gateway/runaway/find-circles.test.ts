import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { findCircles } from "../../../src-gateway/runaway/find-circles.ts";
import { agentSession } from "../../support/agent-session.ts";
import { CLIENT_WIRES, circlingBody, type Step, scanned, step } from "../../support/circling-agents.ts";

const UP_TO = 12;
const A = step("npm test", '1 failed\nexpected "a"\n');
const B = step("cat a.ts", 'const a = "b";\n');
const C = step("ls", "a.ts\nb.ts\n");
const again = (times: number, ...steps: Step[]): Step[] => Array.from({ length: times }, () => steps).flat();

describe.each(CLIENT_WIRES)("circles in %s", (wire) => {
  const look = (...steps: Step[]) => {
    const { repeats, period, idleRounds, personSpoke } = findCircles(wire, scanned(circlingBody(wire, steps)), UP_TO);
    return { repeats, period, idleRounds, personSpoke };
  };

  it("counts the same call with the same result", () => {
    for (const times of [1, 2, 3, 5, 9])
      expect(look(B, ...again(times, A))).toMatchObject({ repeats: times, period: 1 });
  });

  it("counts circles of two and three", () => {
    expect(look(C, ...again(4, A, B))).toMatchObject({ repeats: 4, period: 2 });
    expect(look(...again(3, A, B, C))).toMatchObject({ repeats: 3, period: 3 });
    // Half a circle more is the same circle.
    expect(look(...again(3, A, B), A)).toMatchObject({ repeats: 3, period: 2 });
  });

  it("takes polling with changing results for what it is", () => {
    const polls = Array.from({ length: 9 }, (_, n) => step("curl /status", `{"done": ${n}}`));
    expect(look(...polls)).toMatchObject({ repeats: 1, idleRounds: 0 });
  });

  it("takes changing calls with the same result for work", () => {
    const edits = Array.from({ length: 30 }, (_, n) => step(`sed -i ${n}s/a/b/ a.ts`, "ok"));
    expect(look(...edits)).toMatchObject({ repeats: 1, idleRounds: 0 });
  });

  it("begins anew with a word of a person", () => {
    const last = { ...A, person: "Try something else." };
    expect(look(...again(4, A), last)).toMatchObject({ repeats: 1, personSpoke: true });
    expect(look(...again(4, A), last, A, A)).toMatchObject({ repeats: 2, personSpoke: false });
  });

  it("does not take the agent's own reminders for a person", () => {
    const reminded = { ...A, reminder: "<system-reminder>\nThe list of tasks is empty.\n</system-reminder>" };
    expect(look(...again(4, reminded))).toMatchObject({ repeats: 4, personSpoke: false });
    const said = { ...A, reminder: "<system-reminder>\nThe user sent a new message: stop\n</system-reminder>" };
    expect(look(...again(4, said))).toMatchObject({ repeats: 1, personSpoke: true });
  });

  it("compares calls that were made at once by their results", () => {
    const both = (last: string): Step => ({
      calls: [
        { name: "read", input: { path: "a" }, result: "one" },
        { name: "read", input: { path: "b" }, result: last },
      ],
    });
    expect(look(...again(4, both("two")))).toMatchObject({ repeats: 4 });
    expect(look(both("two"), both("three"), both("two"), both("four"))).toMatchObject({ repeats: 1 });
  });

  it("sees that nothing new is done in whatever order", () => {
    const order = [A, B, C, step("pwd", "/src"), step("git status", "clean")];
    const wander = Array.from({ length: 30 }, (_, n) => order[(n + Math.floor(n / 7) + (n % 3)) % order.length] ?? A);
    expect(look(...wander).idleRounds).toBe(5);
    expect(look(...wander, step("new", "1")).idleRounds).toBe(0);
    const working = wander.map((each, n) => (n % 3 === 0 ? step(`make ${n}`, "done") : each));
    expect(look(...working)).toMatchObject({ idleRounds: 0 });
  });

  it("looks past what agents put into results by themselves", () => {
    const timed = (n: number): Step =>
      step(
        "npm test",
        `Chunk ID: ${n}ab4f\nWall time: ${n}.2529 seconds\nProcess exited with code 1\nOutput:\n1 failed` +
          `\n\n<system-reminder>\n<total_tokens>${1_000_000 - n} tokens left</total_tokens>\n</system-reminder>`,
      );
    expect(look(...[8, 9, 10, 11].map(timed))).toMatchObject({ repeats: 4 });
    const shell = (n: number): Step => step("ls", `Output: a.ts\nProcess Group PGID: ${n}`);
    expect(look(...[98, 99, 100].map(shell))).toMatchObject({ repeats: 3 });
    const counted = (n: number): Step => step("wc", `Output: ${n} lines\nProcess Group PGID: ${n}`);
    expect(look(...[98, 99, 100].map(counted))).toMatchObject({ repeats: 1 });
  });

  it("says nothing about calls whose results are not there", () => {
    const body = circlingBody(wire, again(4, A));
    const history = Object.values(body).find((value): value is object[] => Array.isArray(value)) ?? [];
    const calls = history.filter((_, at) => at > 0 && JSON.stringify(history[at]).includes("npm test"));
    const key = Object.keys(body).find((name) => Array.isArray(body[name])) ?? "";
    expect(findCircles(wire, scanned({ ...body, [key]: calls }), UP_TO).repeats).toBe(1);
  });
});

it("stands marks for the cache, which move with every turn", () => {
  const body = circlingBody("anthropic-messages", again(3, A)) as { messages: { content: object[] }[] };
  Object.assign(body.messages.at(-1)?.content[0] ?? {}, {
    content: [{ type: "text", text: A.calls[0]?.result, cache_control: { type: "ephemeral" } }],
    cache_control: { type: "ephemeral" },
  });
  expect(findCircles("anthropic-messages", scanned(body), UP_TO).repeats).toBe(3);
});

it("takes words beside results for part of them", () => {
  const body = circlingBody("anthropic-messages", again(4, A)) as { messages: { content: object[] }[] };
  body.messages.at(-1)?.content.push({ type: "text", text: "No, look at b.ts." });
  expect(findCircles("anthropic-messages", scanned(body), UP_TO).repeats).toBe(1);
});

describe("what real agents have sent", () => {
  const fixtures = (wire: WireProtocol): string[] => {
    const folder = new URL(`../../fixtures/${wire}/`, import.meta.url);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".request.json"))
      .map((name) => readFileSync(new URL(name, folder), "utf8"));
  };
  it.each(CLIENT_WIRES)("alarms nobody: %s", (wire) => {
    const texts = fixtures(wire);
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts) {
      expect(findCircles(wire, scanned(text), UP_TO)).toMatchObject({ repeats: 1, idleRounds: 0 });
    }
  });

  it("alarms nobody: a long session", () => {
    for (const body of agentSession(60, 300_000)) {
      const found = findCircles("anthropic-messages", scanned(body.toString()), UP_TO);
      expect(found).toMatchObject({ repeats: 1, idleRounds: 0 });
    }
  });
});
