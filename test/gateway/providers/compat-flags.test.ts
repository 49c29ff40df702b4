import { describe, expect, it } from "vitest";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { adaptRequest } from "../../../src-gateway/protocols/adapt/adapt.ts";
import { speechFor } from "../../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { COMPAT_FLAGS, type CompatFlag } from "../../../src-gateway/providers/compat.ts";

type Json = Record<string, unknown>;

const TOOL = { name: "look", input_schema: { type: "object", properties: { at: { const: "sky" } } } };
const MESSAGES: Json = {
  model: "m",
  max_tokens: 100,
  stream: true,
  tools: [TOOL],
  output_config: { format: { type: "json_schema", schema: { type: "object", properties: {} } } },
  messages: [
    { role: "user", content: "hello" },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "I should look.", signature: "TKL1eyJ3IjoiIn0=" },
        { type: "tool_use", id: "toolu_0123456789", name: "look", input: {} },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_0123456789", content: "blue" }] },
  ],
};
const CUSTOM: Json = {
  model: "m",
  input: "patch it",
  tools: [{ type: "custom", name: "apply_patch", description: "Patches.", format: { type: "text" } }],
};

/** What is sent to a provider with and without the flag. */
function sent(client: WireProtocol, body: Json, wire: WireProtocol, flags: CompatFlag[]): Json {
  const source = WIRES[client].decodeRequest(structuredClone(body), {
    surface: client === "anthropic-messages" ? "messages" : "responses",
    pathModel: null,
    pathMethod: null,
    query: "",
  });
  const place = { wire, provider: "p", model: "m", profile: {}, compat: new Set<string>(flags) };
  return speechFor(place).codec.encodeRequest(adaptRequest(source, place).request, place);
}

const chat = (flags: CompatFlag[]): Json => sent("anthropic-messages", MESSAGES, "openai-chat", flags);
const at = (json: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], json);

/** Each flag: what is read of the request, without it and with it. */
const EFFECTS: Record<CompatFlag, { read(flags: CompatFlag[]): unknown; without: unknown; with: unknown }> = {
  "no-stream-options": {
    read: (flags) => chat(flags)["stream_options"],
    without: { include_usage: true },
    with: undefined,
  },
  "max-tokens": {
    read: (flags) => [chat(flags)["max_completion_tokens"], chat(flags)["max_tokens"]],
    without: [100, undefined],
    with: [undefined, 100],
  },
  "reasoning-content": {
    read: (flags) => at(chat(flags), "messages", 1, "reasoning_content"),
    without: undefined,
    with: "I should look.",
  },
  "nine-character-call-ids": {
    read: (flags) => {
      const messages = chat(flags)["messages"];
      const id = String(at(messages, 1, "tool_calls", 0, "id"));
      return [id.length, id === at(messages, 2, "tool_call_id")];
    },
    without: [16, true],
    with: [9, true],
  },
  "custom-tools": {
    read: (flags) => at(sent("openai-responses", CUSTOM, "openai-chat", flags), "tools", 0, "type"),
    without: "function",
    with: "custom",
  },
  "openapi-schema": {
    read: (flags) => {
      const tool = at(
        sent("anthropic-messages", MESSAGES, "gemini-content", flags),
        "tools",
        0,
        "functionDeclarations",
        0,
      );
      return [at(tool, "parametersJsonSchema", "properties", "at"), at(tool, "parameters", "properties", "at", "enum")];
    },
    without: [{ const: "sky" }, undefined],
    with: [undefined, ["sky"]],
  },
  "messages-on-vertex": {
    read: (flags) => {
      const body = sent("openai-responses", { ...CUSTOM, tools: [] }, "anthropic-messages", flags);
      return [body["model"], body["anthropic_version"]];
    },
    without: ["m", undefined],
    with: [undefined, "vertex-2023-10-16"],
  },
  "no-response-format": {
    read: (flags) => {
      const body = chat(flags);
      return [at(body, "response_format", "type"), JSON.stringify(body["messages"]).includes("JSON Schema")];
    },
    without: ["json_schema", false],
    with: [undefined, true],
  },
};

describe("the compat flag", () => {
  it.each(Object.keys(COMPAT_FLAGS) as CompatFlag[])("%s changes what is sent, and says why it is there", (flag) => {
    const effect = EFFECTS[flag];
    expect(effect.read([])).toEqual(effect.without);
    expect(effect.read([flag])).toEqual(effect.with);
    expect(COMPAT_FLAGS[flag].length).toBeGreaterThan(30);
  });
});
