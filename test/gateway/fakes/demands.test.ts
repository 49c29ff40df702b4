import { describe, expect, it } from "vitest";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import type { JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { refusals } from "../../fakes/demands/demands.ts";

const schema = { type: "object", properties: {} };

/** A tool loop as each vendor takes it. */
const GOOD: Readonly<Record<WireProtocol, JsonObject>> = {
  "openai-chat": {
    model: "m",
    tools: [{ type: "function", function: { name: "look", parameters: schema } }],
    messages: [
      { role: "user", content: [{ type: "text", text: "look" }] },
      { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "look" } }] },
      { role: "tool", tool_call_id: "c1", content: "seen" },
    ],
  },
  "openai-responses": {
    model: "m",
    tools: [{ type: "function", name: "look", parameters: schema }],
    input: [
      { type: "message", role: "user", content: [{ type: "input_text", text: "look" }] },
      { type: "reasoning", summary: [], encrypted_content: "state" },
      { type: "function_call", call_id: "c1", name: "look", arguments: "{}" },
      { type: "function_call_output", call_id: "c1", output: "seen" },
    ],
  },
  "anthropic-messages": {
    model: "m",
    max_tokens: 4096,
    thinking: { type: "enabled", budget_tokens: 1024 },
    tools: [{ name: "look", input_schema: schema }],
    messages: [
      { role: "user", content: "look" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "so", signature: "state" },
          { type: "tool_use", id: "c1", name: "look", input: {} },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "seen" }] },
    ],
  },
  "gemini-content": {
    tools: [{ functionDeclarations: [{ name: "look", parametersJsonSchema: schema }, { name: "wait" }] }],
    contents: [
      { role: "user", parts: [{ text: "look" }] },
      { role: "model", parts: [{ functionCall: { id: "c1", name: "look", args: {} }, thoughtSignature: "state" }] },
      { role: "user", parts: [{ functionResponse: { id: "c1", name: "look", response: { output: "seen" } } }] },
    ],
  },
};

/** A change to the good body, as text, and what is said of it. */
const BAD: Readonly<Record<WireProtocol, [from: string, to: string, said: RegExp][]>> = {
  "openai-chat": [
    [`"type":"text",`, `"type":"text","cache_control":{},`, /content\[\]\.cache_control/],
    [`"tool_call_id":"c1"`, `"tool_call_id":"c2"`, /c2 has no call/],
    [`"look","parameters"`, `"look.at","parameters"`, /name of the tool/],
    [`"model":"m"`, `"model":"m","thinking":{}`, /body\.thinking/],
    [`"model":"m"`, `"model":"m","user":"${"u".repeat(65)}"`, /longer than 64/],
  ],
  "openai-responses": [
    [`"state"`, `""`, /empty/],
    [`"input_text"`, `"output_text"`, /output_text in a message of user/],
    [`"function_call_output","call_id":"c1"`, `"function_call_output","call_id":"c2"`, /c1 has no output/],
    [`"role":"user"`, `"role":"user","id":"msg_1"`, /message\.id/],
  ],
  "anthropic-messages": [
    [`"signature":"state"`, `"signature":""`, /without a signature/],
    [`"tool_use_id":"c1"`, `"tool_use_id":"c2"`, /answers c2 and not c1/],
    [`{"type":"thinking","thinking":"so","signature":"state"},`, ``, /without its thought/],
    [`"budget_tokens":1024`, `"budget_tokens":9999`, /budget of 9999/],
    [`"content":"look"`, `"content":" "`, /blank/],
    [`"role":"user","content":"look"`, `"role":"assistant","content":"look"`, /message 0/],
  ],
  "gemini-content": [
    [`"thoughtSignature":"state"`, `"thoughtSignature":""`, /empty/],
    [`,"thoughtSignature":"state"`, ``, /without its signature/],
    [`"functionResponse":{"id":"c1"`, `"functionResponse":{"id":"c2"`, /does not answer c1/],
    [`"text":"look"`, `"text":"look","inlineData":{}`, /2 kinds/],
  ],
};

describe.each(Object.keys(GOOD) as WireProtocol[])("the demands of %s", (wire) => {
  it("take a tool loop as it should be", () => {
    expect(refusals(wire, GOOD[wire])).toEqual([]);
  });

  it.each(BAD[wire])("refuse %s as %s", (from, to, said) => {
    const text = JSON.stringify(GOOD[wire]);
    expect(text).toContain(from);
    expect(refusals(wire, JSON.parse(text.replace(from, to))).join("; ")).toMatch(said);
  });
});
