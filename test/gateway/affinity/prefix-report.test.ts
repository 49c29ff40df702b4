import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  createPrefixReports,
  type PrefixReports,
  type PrefixTurn,
} from "../../../src-gateway/affinity/prefix-report.ts";
import type { PrefixReport } from "../../../src-gateway/affinity/types.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { createRunHash } from "../../../src-gateway/lib/run-hash.ts";
import { adaptTarget, translateRequest } from "../../support/translate.ts";

let nowUs = 0;
const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
const HOUR_US = 3_600_000_000;
const MARK = { cache_control: { type: "ephemeral" } };
const home = { provider: "house", key: "first", model: "claude-sonnet-4-5" };

let reports: PrefixReports;
beforeEach(() => {
  nowUs = 0;
  reports = createPrefixReports({ clock, hash: createRunHash() });
});

interface Talk {
  system: string[];
  tools: string[];
  /** By turns the user's and the model's, beginning with the user. */
  said: string[];
}

const talk = (said: number, more: Partial<Talk> = {}): Talk => ({
  system: ["You are an agent.", "Be kind."],
  tools: ["Read", "Write"],
  said: Array.from({ length: said }, (_, n) => `line ${n}`),
  ...more,
});

const block = (text: string, marked: boolean) => ({ type: "text", text, ...(marked ? MARK : {}) });

/** Marked as agents do it: on the system prompt, and on the last message of the turn. */
const messagesBody = ({ system, tools, said }: Talk) => ({
  model: "claude-sonnet-4-5",
  max_tokens: 64,
  system: system.map((text) => block(text, true)),
  tools: tools.map((name) => ({ name, input_schema: { type: "object", properties: {} } })),
  messages: said.map((text, n) => ({
    role: n % 2 === 0 ? "user" : "assistant",
    content: n === said.length - 1 ? [block(text, true)] : text,
  })),
});

function bytesOf(json: object) {
  const bytes = Buffer.from(JSON.stringify(json));
  return { bytes, root: scanJson(bytes) };
}

function relayed(said: Talk, more: Partial<PrefixTurn> = {}): PrefixTurn {
  const asked = {
    wire: "anthropic-messages",
    model: "claude-sonnet-4-5",
    body: bytesOf(messagesBody(said)),
  } as const;
  return { owner: "1", session: "c", asked, sent: null, home, ...more };
}

function translated(said: Talk, edit = (text: string) => text): PrefixTurn {
  const { body } = translateRequest(messagesBody(said), "anthropic-messages", adaptTarget("openai-chat"));
  return { ...relayed(said), sent: { wire: "openai-chat", bytes: Buffer.from(edit(JSON.stringify(body))) } };
}

function answer(turn: PrefixTurn): PrefixReport | null {
  const { report, keep } = reports.compare(turn);
  keep();
  return report;
}

describe("a conversation that is only added to", () => {
  it("has no report on its first turn, and shares the whole of it on the next", () => {
    expect(answer(relayed(talk(1)))).toBeNull();
    const report = answer(relayed(talk(3)));
    expect(report?.firstDifference).toBeNull();
    const sizes = ({ tools, system, messages }: ReturnType<typeof messagesBody>) =>
      [...tools, ...system, ...messages].map((piece) => JSON.stringify(piece).length);
    const all = sizes(messagesBody(talk(3)));
    expect(report?.totalBytes).toBe(all.reduce((sum, size) => sum + size, 0));
    // Two tools, two texts of the system, and the first message.
    expect(report?.sharedBytes).toBe(all.slice(0, 5).reduce((sum, size) => sum + size, 0));
  });

  it("shares all but the end when it is translated", () => {
    answer(translated(talk(3)));
    const report = answer(translated(talk(5)));
    expect(report?.firstDifference).toBeNull();
    expect(report?.sharedBytes).toBeLessThan(report?.totalBytes ?? 0);
    expect(report?.sharedBytes).toBeGreaterThan(200);
  });

  it("is not broken by a turn that is asked again, or taken back", () => {
    answer(relayed(talk(5)));
    for (const said of [5, 3]) {
      const report = answer(relayed(talk(said)));
      expect(report).toMatchObject({ firstDifference: null, sharedBytes: report?.totalBytes });
    }
  });
});

describe("the first difference", () => {
  const change = (list: string[], at: number, value: string) => list.map((old, n) => (n === at ? value : old));
  const base = talk(5);

  it.each<[string, Partial<Talk>]>([
    ["system[1]", { system: change(base.system, 1, "It is 12:01.") }],
    ["system[2]", { system: [...base.system, "More."] }],
    ["system[1]", { system: base.system.slice(0, 1) }],
    ["tools[0]", { tools: change(base.tools, 0, "Look") }],
    ["tools[2]", { tools: [...base.tools, "Search"] }],
    ["tools[1]", { tools: base.tools.slice(0, 1) }],
    ["messages[0]", { said: change(talk(7).said, 0, "compacted") }],
    ["messages[3]", { said: change(talk(7).said, 3, "edited") }],
  ])("is the client's at %s", (path, more) => {
    answer(relayed(base));
    expect(answer(relayed(talk(7, more)))?.firstDifference).toEqual({ path, by: "client" });
  });

  it("is the client's where a translation passes it on, by the name that the provider's wire has for it", () => {
    answer(translated(base));
    const system = change(base.system, 1, "It is 12:01.");
    expect(answer(translated(talk(7, { system })))?.firstDifference).toEqual({ path: "messages[0]", by: "client" });
    const said = change(talk(9).said, 3, "edited");
    expect(answer(translated(talk(9, { said, system })))?.firstDifference).toEqual({
      path: "messages[4]",
      by: "client",
    });
  });

  it("is the gateway's where the client's words stayed the same", () => {
    answer(translated(base));
    const edit = (text: string) => text.replace("line 2", "LINE 2");
    expect(answer(translated(talk(7), edit))?.firstDifference).toEqual({ path: "messages[3]", by: "gateway" });
  });

  it("is the gateway's where the client's own change comes later", () => {
    answer(translated(base));
    const said = change(talk(7).said, 3, "edited");
    const edit = (text: string) => text.replace("line 0", "LINE 0");
    expect(answer(translated(talk(7, { said }), edit))?.firstDifference).toEqual({
      path: "messages[1]",
      by: "gateway",
    });
  });

  it("is none where the gateway takes out what changed", () => {
    const billing = (nonce: string) => ["x-anthropic-billing-header: cc_version=2; cch=", nonce].join("");
    answer(translated(talk(3, { system: [billing("a"), "Be kind."] })));
    expect(answer(translated(talk(5, { system: [billing("b"), "Be kind."] })))?.firstDifference).toBeNull();
    answer(relayed(talk(7, { system: [billing("c"), "Be kind."] }), { session: "native" }));
    const report = answer(relayed(talk(9, { system: [billing("d"), "Be kind."] }), { session: "native" }));
    expect(report?.firstDifference).toEqual({ path: "system[0]", by: "client" });
  });

  it.each(["provider", "key", "model"] as const)("is the %s when the turn before went elsewhere", (path) => {
    answer(relayed(base));
    const report = answer(relayed(talk(7), { home: { ...home, [path]: "other" } }));
    expect(report).toMatchObject({ sharedBytes: 0, firstDifference: { path, by: "gateway" } });
  });

  it("is the client's when it asked for another model", () => {
    answer(relayed(base));
    const turn = relayed(talk(7), { home: { ...home, model: "claude-opus-4-5" } });
    const report = answer({ ...turn, asked: { ...turn.asked, model: "opus" } });
    expect(report?.firstDifference).toEqual({ path: "model", by: "client" });
  });
});

describe("the turn before", () => {
  it("is the one of the same thread, where a session has several", () => {
    const helper = (said: number) =>
      talk(said, { system: ["You search."], said: talk(said).said.map((line) => `search ${line}`) });
    answer(relayed(talk(1)));
    expect(answer(relayed(helper(1)))).toBeNull();
    expect(answer(relayed(talk(3)))?.firstDifference).toBeNull();
    expect(answer(relayed(helper(3)))?.firstDifference).toBeNull();
    expect(answer(relayed(talk(5)))?.firstDifference).toBeNull();
  });

  it("is only one that a provider has taken", () => {
    answer(relayed(talk(3)));
    reports.compare(relayed(talk(5, { tools: ["Other"] })));
    expect(answer(relayed(talk(5)))?.firstDifference).toBeNull();
  });

  it("is forgotten after an hour, and for another conversation", () => {
    answer(relayed(talk(3)));
    expect(answer(relayed(talk(5), { session: "d" }))).toBeNull();
    nowUs = HOUR_US;
    expect(answer(relayed(talk(5)))).toBeNull();
  });

  it("is forgotten when too much is to be remembered", () => {
    reports = createPrefixReports({ clock, hash: createRunHash(), maxPieces: 2 * (64 + 7) });
    for (const session of ["a", "b", "c"]) answer(relayed(talk(3), { session }));
    // Seven pieces each, and what a turn takes besides.
    expect(["a", "b", "c"].map((session) => reports.compare(relayed(talk(5), { session })).report !== null)).toEqual([
      false,
      true,
      true,
    ]);
    reports = createPrefixReports({ clock, hash: createRunHash(), maxPiecesPerPrompt: 9 });
    answer(relayed(talk(3)));
    expect(reports.compare(relayed(talk(6))).report).toBeNull();
    reports = createPrefixReports({ clock, hash: createRunHash(), maxBytes: 600 });
    answer(relayed(talk(3)));
    expect(reports.compare(relayed(talk(5))).report).toBeNull();
  });
});

it("says nothing of what is no whole prompt, or cannot be read", () => {
  const continued = bytesOf({ input: [], previous_response_id: "resp_1" });
  const asked = { wire: "openai-responses", model: "m", body: continued } as const;
  expect(answer({ owner: "1", session: "c", asked, sent: null, home })).toBeNull();
  answer(relayed(talk(3)));
  expect(answer({ ...relayed(talk(5)), sent: { wire: "openai-chat", bytes: Buffer.from("{") } })).toBeNull();
});

it("shares exactly what stands before the first message that changed", () => {
  const lines = fc.array(fc.string(), { minLength: 3, maxLength: 12 });
  fc.assert(
    fc.property(lines, fc.nat(), (said, where) => {
      reports = createPrefixReports({ clock, hash: createRunHash() });
      answer(relayed(talk(0, { said })));
      // The first message stays, so that the thread is known again whatever else is in it.
      const at = 1 + (where % (said.length - 1));
      const edited = [...said, "more"].map((line, n) => (n === at ? `${line}!` : line));
      const now = relayed(talk(0, { said: edited }));
      const report = answer(now);
      expect(report?.firstDifference).toEqual({ path: `messages[${at}]`, by: "client" });
      const { tools, system, messages } = messagesBody(talk(0, { said: edited }));
      const before = [...tools, ...system, ...messages.slice(0, at)];
      expect(report?.sharedBytes).toBe(
        before.reduce((sum, piece) => sum + Buffer.byteLength(JSON.stringify(piece)), 0),
      );
    }),
    { numRuns: 200 },
  );
});
