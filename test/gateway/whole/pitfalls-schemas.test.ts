/** Schemas of tools and of answers, where other gateways had them refused. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adaptRequest } from "../../../src-gateway/protocols/adapt/adapt.ts";
import { bedrockConverseCodec } from "../../../src-gateway/protocols/bedrock-converse/codec.ts";
import { irRequest, turn } from "../../support/ir-request.ts";
import {
  at,
  type Client,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
  textAt,
} from "../../support/pitfall-gateway.ts";
import { user } from "../../support/pitfall-words.ts";

const CLAUDE = "messages/claude-sonnet-4-5";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

/** As MCP servers write them: with everything that some provider refuses. */
const wild = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  additionalProperties: false,
  propertyNames: { pattern: "^[a-z]+$" },
  properties: {
    count: { type: "integer", exclusiveMinimum: 0, multipleOf: 5 },
    mode: { const: "fast" },
    pair: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] },
    node: { $ref: "#/$defs/node" },
    maybe: { type: ["string", "null"] },
    level: { enum: [1, 2, 3] },
    // Properties that are called like keywords.
    title: { type: "string", minLength: 3 },
    format: { type: "string" },
    const: { type: "string" },
    additionalProperties: { type: "object", properties: {} },
  },
  required: ["count", "format"],
  $defs: { node: { type: "object", properties: { child: { $ref: "#/$defs/node" }, name: { type: "string" } } } },
};
const PROPERTIES = Object.keys(wild.properties);
const wildTool = { type: "function", function: { name: "look", parameters: wild, strict: true } };
const asked = { messages: [user("go")] };

/** Every keyword of a schema, at any depth; the names of properties are none. */
function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (schema === null || typeof schema !== "object") return [];
  return Object.entries(schema).flatMap(([key, value]) => [
    key,
    ...(key === "properties" ? Object.values(value as Json).flatMap(keywordsOf) : keywordsOf(value)),
  ]);
}

describe("the schema of a tool", () => {
  // 38
  it("goes to Gemini as JSON Schema, which it is", async () => {
    const { sent } = await house.ask("chat", "gemini/gemini-2.5-pro", { ...asked, tools: [wildTool] });
    expect(at(sent, "tools", 0, "functionDeclarations", 0)).toEqual({ name: "look", parametersJsonSchema: wild });
  });

  // 37, 39, 40, 44
  it("goes to Gemini's older interfaces without a keyword that they refuse, and with every property", async () => {
    const { sent } = await house.ask("chat", "old-gemini/gemini-2.0-flash", { ...asked, tools: [wildTool] });
    const parameters = at(sent, "tools", 0, "functionDeclarations", 0, "parameters");
    const known = "type format title description nullable enum items maxItems minItems properties required".split(" ");
    expect(
      keywordsOf(parameters).filter((word) => ![...known, "anyOf", "minimum", "maximum", "minLength"].includes(word)),
    ).toEqual([]);
    expect(Object.keys(at(parameters, "properties") as Json)).toEqual(PROPERTIES);
    expect(at(parameters, "required")).toEqual(["count", "format"]);
    expect(at(parameters, "properties", "maybe")).toMatchObject({ type: "STRING", nullable: true });
    expect(at(parameters, "properties", "level", "enum")).toEqual(["1", "2", "3"]);
    expect(at(parameters, "properties", "node", "properties", "name", "type")).toBe("STRING");
  });

  // 41
  it("may say nothing: Gemini gets none, everybody else an empty object, and an empty property stays", async () => {
    const bare = { type: "function", function: { name: "look" } };
    const other = { type: "function", function: { name: "watch" } };
    const { sent: gemini } = await house.ask("chat", "gemini/gemini-2.5-pro", { ...asked, tools: [bare] });
    expect(at(gemini, "tools", 0, "functionDeclarations", 0)).toEqual({ name: "look" });
    const { sent: claude } = await house.ask("chat", CLAUDE, { ...asked, tools: [other, wildTool] });
    expect(at(claude, "tools", 0)).toEqual({ name: "watch", input_schema: { type: "object", properties: {} } });
    expect(at(claude, "tools", 1, "input_schema", "properties", "additionalProperties")).toEqual({
      type: "object",
      properties: {},
    });
    const { sent: chat } = await house.ask("gemini", "chat/gpt-4.1", {
      contents: [{ parts: [{ text: "go" }] }],
      tools: [{ functionDeclarations: [{ name: "look" }] }],
    });
    expect(at(chat, "tools", 0, "function", "parameters")).toEqual({ type: "object", properties: {} });
  });

  // 40
  it("comes from Gemini's own dialect as JSON Schema", async () => {
    const parameters = {
      type: "OBJECT",
      properties: {
        name: { type: "STRING", nullable: true },
        sizes: { type: "ARRAY", items: { type: "INTEGER" }, minItems: "1" },
      },
      required: ["name"],
    };
    const { sent } = await house.ask("gemini", CLAUDE, {
      contents: [{ parts: [{ text: "go" }] }],
      tools: [{ functionDeclarations: [{ name: "look", parameters }] }],
    });
    expect(at(sent, "tools", 0, "input_schema")).toEqual({
      type: "object",
      properties: {
        name: { type: ["string", "null"] },
        sizes: { type: "array", items: { type: "integer" }, minItems: 1 },
      },
      required: ["name"],
    });
  });

  // 43
  it("is strict only where it was written for that: not for Claude, Gemini or Bedrock", async () => {
    for (const model of [CLAUDE, "gemini/gemini-3-pro"]) {
      const { sent, reply } = await house.ask("chat", model, { ...asked, tools: [wildTool] });
      expect(JSON.stringify(sent["tools"])).not.toContain("strict");
      expect(reply.headers.get("x-tokligence-losses")).toContain("strict");
    }
    const model = "us.anthropic.claude-sonnet-4-5-v1:0";
    const place = { wire: "bedrock-converse", provider: "aws", model, profile: {}, compat: new Set<string>() } as const;
    const tool = { kind: "function", name: "look", schema: wild, strict: true } as const;
    const { request } = adaptRequest(irRequest([turn("user", "go")], { tools: [tool] }), place);
    expect(bedrockConverseCodec.encodeRequest(request, place)).toMatchObject({
      toolConfig: { tools: [{ toolSpec: { name: "look", inputSchema: { json: wild } } }] },
    });
    expect(JSON.stringify(bedrockConverseCodec.encodeRequest(request, place))).not.toContain("strict");
    const { sent } = await house.ask("chat", "responses/gpt-5.4", { ...asked, tools: [wildTool] });
    expect(at(sent, "tools", 0, "strict")).toBe(true);
  });

  // 43
  it("is not strict on Responses unless it was asked to be", async () => {
    const { sent } = await house.ask("messages", "responses/gpt-5.4", {
      max_tokens: 100,
      messages: [user("go")],
      tools: [{ name: "look", input_schema: wild }],
    });
    expect(at(sent, "tools", 0)).toMatchObject({ parameters: wild, strict: false });
  });
});

describe("the schema of an answer", () => {
  const format = { type: "json_schema", json_schema: { name: "plan", schema: wild, strict: true } };
  const SPELLINGS: readonly [Client, Json][] = [
    ["chat", { ...asked, response_format: format }],
    ["responses", { input: "go", text: { format: { type: "json_schema", name: "plan", schema: wild, strict: true } } }],
  ];

  // 42, 44
  it.each(SPELLINGS)("goes to Claude closed and without limits, which become words (%s)", async (client, body) => {
    const { sent } = await house.ask(client, CLAUDE, body);
    const schema = at(sent, "output_config", "format", "schema");
    expect(at(sent, "output_config", "format", "type")).toBe("json_schema");
    const refused = "exclusiveMinimum multipleOf minLength propertyNames prefixItems pattern $schema".split(" ");
    expect(keywordsOf(schema).filter((word) => refused.includes(word))).toEqual([]);
    expect(at(schema, "additionalProperties")).toBe(false);
    expect(at(schema, "$defs", "node", "additionalProperties")).toBe(false);
    expect(Object.keys(at(schema, "properties") as Json)).toEqual(PROPERTIES);
    expect(textAt(schema, "properties", "count", "description")).toMatch(/more than 0.*multiple of 5/);
  });

  // 42
  it.each([
    "claude-3-5-haiku",
    "claude-opus-4-1",
  ])("is asked for in words where the model has no field for it (%s)", async (model) => {
    const { sent, reply } = await house.ask("chat", `messages/${model}`, { ...asked, response_format: format });
    expect(sent).not.toHaveProperty("output_config");
    expect(JSON.stringify(sent["system"])).toContain("JSON Schema");
    expect(reply.headers.get("x-tokligence-losses")).toContain("emulated=response_format");
  });

  // 45
  it("goes from Responses to Chat and back", async () => {
    const { sent: chat } = await house.ask("responses", "chat/gpt-4.1", SPELLINGS[1]?.[1] ?? {});
    expect(chat["response_format"]).toEqual(format);
    const { sent: responses } = await house.ask("chat", "responses/gpt-5.4", SPELLINGS[0]?.[1] ?? {});
    expect(responses["text"]).toEqual({ format: { type: "json_schema", name: "plan", schema: wild, strict: true } });
    const { sent: gemini } = await house.ask("responses", "gemini/gemini-2.5-pro", SPELLINGS[1]?.[1] ?? {});
    expect(gemini["generationConfig"]).toEqual({ responseMimeType: "application/json", responseJsonSchema: wild });
  });

  // 45
  it("has a name on OpenAI's wires, also where the client gave none", async () => {
    const body = {
      max_tokens: 100,
      messages: [user("go")],
      output_config: { format: { type: "json_schema", schema: wild } },
    };
    const { sent: chat } = await house.ask("messages", "chat/gpt-4.1", body);
    expect(textAt(chat, "response_format", "json_schema", "name")).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(at(chat, "response_format", "json_schema", "schema")).toEqual(wild);
    const { sent: responses } = await house.ask("messages", "responses/gpt-5.4", body);
    expect(textAt(responses, "text", "format", "name")).toMatch(/^[a-zA-Z0-9_-]+$/);
  });

  // 45
  it("is asked for in words of servers that refuse the field, behind the system prompt", async () => {
    const { sent } = await house.ask("responses", "old/llama-3", { instructions: "rules", ...SPELLINGS[1]?.[1] });
    expect(sent).not.toHaveProperty("response_format");
    const [first, second] = list(sent, "messages");
    expect(JSON.stringify([first, second])).toMatch(/rules.*JSON Schema/);
  });

  // 42
  it("may be any object, which only some can be asked for by a field", async () => {
    const body = { ...asked, response_format: { type: "json_object" } };
    const { sent: claude } = await house.ask("chat", CLAUDE, body);
    expect(claude).not.toHaveProperty("output_config");
    expect(JSON.stringify(claude["system"])).toContain("JSON");
    const { sent: gemini } = await house.ask("chat", "gemini/gemini-2.5-pro", body);
    expect(gemini["generationConfig"]).toEqual({ responseMimeType: "application/json" });
  });
});
