import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { PROVIDER_WIRES } from "../../../../src-gateway/ir/protocol.ts";
import { adaptTarget, translateRequest } from "../../../support/translate.ts";

const FOREIGN = PROVIDER_WIRES.filter((wire) => wire !== "anthropic-messages");
const MARK = { cache_control: { type: "ephemeral" } };
const PROMPT = `Work in /repo. Today's date is 2026-11-21.\n${"Follow the rules of the house. ".repeat(40)}`;

const billing = (nonce: string) =>
  `x-anthropic-billing-header: cc_version=2.1.329.${nonce}; cc_entrypoint=cli; cch=${nonce};`;
const text = (words: string, more: JsonObject = {}): JsonObject => ({ type: "text", text: words, ...more });

/** A turn of Claude Code in its two habits: a new billing line each time, and a mark that moves to the end. */
function turn(nonce: string, answers: number): JsonObject {
  const mark = (n: number) => (n === answers ? MARK : {});
  const loops = Array.from({ length: answers }, (_, n): JsonObject[] => {
    const call = { type: "tool_use", id: `toolu_${n}`, name: "Read", input: { path: `${n}.txt` } };
    const result = { type: "tool_result", tool_use_id: `toolu_${n}`, content: `line ${n}`, ...mark(n + 1) };
    return [
      { role: "assistant", content: [call] },
      { role: "user", content: [result] },
    ];
  });
  return {
    model: "claude-sonnet-4-5",
    max_tokens: 64,
    system: [text(billing(nonce)), text("You are Claude Code.", MARK), text(PROMPT, MARK)],
    tools: [{ name: "Read", description: "Reads a file.", input_schema: { type: "object", properties: {} } }],
    messages: [
      { role: "user", content: [text("<reminder>\nbe kind\n</reminder>"), text("Fix it.", mark(0))] },
      ...loops.flat(),
    ],
  };
}

function translate(
  json: JsonObject,
  wire: (typeof PROVIDER_WIRES)[number],
  client: "anthropic-messages" | "openai-chat",
) {
  const { adapted, body } = translateRequest(json, client, adaptTarget(wire));
  return {
    losses: adapted.losses.map(({ field, verdict }) => `${verdict} ${field}`),
    body,
    json: JSON.stringify(body),
  };
}

const fromAgent = (json: JsonObject, wire: (typeof PROVIDER_WIRES)[number]) =>
  translate(json, wire, "anthropic-messages");

function sharedStart(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

describe("two turns of a session", () => {
  it.each(FOREIGN)("begin alike in at least 95 of 100 bytes of the first by %s", (wire) => {
    const [first, second] = [turn("5a4", 1), turn("c0e", 2)].map((json) => fromAgent(json, wire));
    const prompts = [first, second].map((sent) =>
      JSON.stringify(sent?.body["messages"] ?? sent?.body["contents"] ?? sent?.body["input"], (key, value: unknown) =>
        // What the marks of a provider mark is the same prompt.
        key === "cache_control" || key === "cachePoint" ? undefined : value,
      ),
    );
    const [one = "", other = ""] = prompts;
    expect(other.length).toBeGreaterThan(one.length);
    expect(sharedStart(one, other) / one.length).toBeGreaterThanOrEqual(0.95);
    const system = (sent: typeof first) =>
      JSON.stringify(sent?.body["systemInstruction"] ?? sent?.body["system"] ?? "");
    expect(system(second)).toBe(system(first));
    expect(second?.json).not.toContain("billing");
  });
});

it("is named once among the losses, as nothing that a strict client would miss", () => {
  const { losses } = fromAgent(turn("5a4", 0), "openai-chat");
  expect(losses.filter((loss) => loss.includes("billing"))).toEqual(["emulated x-anthropic-billing-header"]);
});

it("stays on the wire that it was written for", () => {
  const { body, losses } = fromAgent(turn("5a4", 1), "anthropic-messages");
  expect(body["system"]).toEqual(turn("5a4", 1)["system"]);
  expect(losses).toEqual([]);
});

it("goes from a system prompt that an agent in between made one text of", () => {
  const messages = [
    { role: "system", content: `${billing("5a4")}\nYou are Claude Code.` },
    { role: "user", content: "Fix it." },
  ];
  const { body, losses } = translate({ model: "m", messages }, "gemini-content", "openai-chat");
  expect(JSON.stringify(body["systemInstruction"])).toContain('"You are Claude Code."');
  expect(losses).toContain("emulated x-anthropic-billing-header");
});

it.each([
  ["further down in the system prompt", { system: [text(`Keep this:\n${billing("5a4")}`)] }],
  ["in what the user says", { messages: [{ role: "user", content: billing("5a4") }] }],
  [
    "in a later turn of the system",
    {
      messages: [
        { role: "user", content: "hello" },
        { role: "system", content: billing("5a4") },
        { role: "user", content: "and?" },
      ],
    },
  ],
])("is kept as somebody's words %s", (_, fields: JsonObject) => {
  const { json, losses } = fromAgent({ ...turn("000", 0), system: [], ...fields }, "openai-chat");
  expect(json).toContain("cch=5a4");
  expect(losses).not.toContain("emulated x-anthropic-billing-header");
});

it("leaves lines alone that could matter to an answer", () => {
  expect(fromAgent(turn("5a4", 0), "openai-chat").json).toContain("Today's date is 2026-11-21.");
});
