import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { PROVIDER_WIRES, type ProviderWire } from "../../../../src-gateway/ir/protocol.ts";
import { type Adapted, adaptRequest } from "../../../../src-gateway/protocols/adapt/adapt.ts";
import { wrapOpaque } from "../../../../src-gateway/protocols/adapt/opaque.ts";
import { PROVIDER_SPEECH } from "../../../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../../../src-gateway/protocols/wires.ts";

const FOREIGN = PROVIDER_WIRES.filter((wire) => wire !== "anthropic-messages");

const target = (wire: ProviderWire) => ({
  wire,
  provider: "only",
  model: "some-model",
  profile: {},
  compat: new Set<string>(),
});

const requestTarget = { surface: "messages", pathModel: null, pathMethod: null, query: "" } as const;

const messages = (fields: JsonObject): JsonObject => ({
  model: "some-model",
  max_tokens: 64,
  messages: [{ role: "user", content: "hello" }],
  ...fields,
});

function adapt(wire: ProviderWire, fields: JsonObject): Adapted & { body: string } {
  const request = WIRES["anthropic-messages"].decodeRequest(messages(fields), requestTarget);
  const adapted = adaptRequest(request, target(wire));
  return { ...adapted, body: JSON.stringify(PROVIDER_SPEECH[wire].codec.encodeRequest(adapted.request, target(wire))) };
}

const verdicts = ({ losses }: Adapted): string[] => losses.map((loss) => `${loss.verdict} ${loss.field}`);

describe("what Claude Code writes for Anthropic's servers alone", () => {
  it.each(FOREIGN)("does not reach a model by %s", (wire) => {
    const { body } = adapt(wire, {
      system: [
        { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.329.36c; cc_entrypoint=sdk-cli;" },
        { type: "text", text: "Keep x-anthropic-billing-header: in mind.", cache_control: { type: "ephemeral" } },
      ],
      tools: [
        { name: "Read", input_schema: { type: "object", properties: {} } },
        { name: "DeferredToolPlaceholder", defer_loading: true, input_schema: { type: "object", properties: {} } },
      ],
    });
    expect(body).not.toContain("cc_version");
    expect(body).toContain("Keep x-anthropic-billing-header: in mind.");
    expect(body).not.toContain("DeferredToolPlaceholder");
    expect(body).toContain('"Read"');
  });

  it("stays where the provider is Anthropic", () => {
    const system = [{ type: "text", text: "x-anthropic-billing-header: cc_version=2;" }];
    expect(adapt("anthropic-messages", { system }).body).toContain("cc_version=2");
  });

  it("is nothing but a user's own tool when it is not deferred", () => {
    const tools = [{ name: "DeferredToolPlaceholder", input_schema: { type: "object", properties: {} } }];
    expect(adapt("openai-chat", { tools }).body).toContain("DeferredToolPlaceholder");
  });
});

describe("the name of the user", () => {
  const userOf = (userId: string) => adapt("openai-chat", { metadata: { user_id: userId } }).request.endUser;
  const named = (session: string, device = "d1") =>
    JSON.stringify({ device_id: device, account_uuid: "", session_id: session });

  it("is kept where every provider takes it", () => {
    expect(userOf("team-7_anna")).toBe("team-7_anna");
    expect(verdicts(adapt("openai-chat", { metadata: { user_id: "team-7_anna" } }))).toEqual([]);
  });

  it("is a short text for a long one, the same in each session and another for each device", () => {
    const user = userOf(named("s1"));
    expect(user).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(userOf(named("s2"))).toBe(user);
    expect(userOf(named("s1", "d2"))).not.toBe(user);
    expect(userOf("anna@example.com")).toMatch(/^user_[a-z0-9]+$/);
    expect(verdicts(adapt("openai-chat", { metadata: { user_id: named("s1") } }))).toEqual([
      "emulated metadata.user_id",
    ]);
  });
});

it("tells a model by name which tools its search has found", () => {
  const call = { type: "tool_use", id: "toolu_1", name: "ToolSearch", input: { query: "select:WebFetch" } };
  const found = { type: "tool_reference", tool_name: "WebFetch" };
  const result = { type: "tool_result", tool_use_id: "toolu_1", content: [found], is_error: false };
  const adapted = adapt("openai-chat", {
    messages: [
      { role: "user", content: "fetch it" },
      { role: "assistant", content: [call] },
      { role: "user", content: [result] },
    ],
  });
  expect(adapted.request.turns.at(-1)?.parts).toMatchObject([
    { kind: "result", parts: [{ kind: "text", text: "The tool WebFetch can be called now." }] },
  ]);
  expect(verdicts(adapted)).toEqual(["emulated content[type=tool_reference]"]);
});

it.each([
  ["gemini-content", "thoughtSignature"],
  ["openai-responses", "encrypted_content"],
] as const)("gives a thought that had no state back to %s without one", (wire, field) => {
  const signature = wrapOpaque({
    opaque: { wire, value: "", provider: "only" },
    model: "some-model",
    isCall: false,
  });
  const thought = { type: "thinking", thinking: "I had better look.", signature };
  const { body } = adapt(wire, {
    messages: [
      { role: "user", content: "hello" },
      { role: "assistant", content: [thought, { type: "text", text: "Well." }] },
      { role: "user", content: "and?" },
    ],
  });
  expect(body).toContain("I had better look.");
  expect(body).not.toContain(`"${field}":""`);
});
