import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part, Turn } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { openaiChatCodec as codec } from "../../../../src-gateway/protocols/openai-chat/codec.ts";
import { chatTarget, encodeTarget } from "./codec-setup.ts";

const decode = (fields: JsonObject): IrRequest =>
  codec.decodeRequest({ model: "m", messages: [], ...fields }, chatTarget);
const turnsOf = (...messages: unknown[]): Turn[] => decode({ messages }).turns;
const bare = (parts: Part[]): Part[] =>
  parts.map((part) => {
    const { home: _, ...rest } = part;
    return rest.kind === "result" ? { ...rest, parts: bare(rest.parts) } : rest;
  });

describe("a client's request", () => {
  it("has one turn for each message, in their order", () => {
    const turns = turnsOf(
      { role: "system", content: "a" },
      { role: "developer", content: "b" },
      { role: "user", content: "" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "" } }],
      },
      { role: "tool", tool_call_id: "c", content: "d" },
    );
    expect(turns.map((turn) => [turn.role, bare(turn.parts)])).toEqual([
      ["system", [{ kind: "text", text: "a" }]],
      ["system", [{ kind: "text", text: "b" }]],
      ["user", []],
      ["assistant", [{ kind: "call", id: "c", name: "f", args: "" }]],
      ["user", [{ kind: "result", id: "c", parts: [{ kind: "text", text: "d" }], isError: false }]],
    ]);
  });

  it("may hold Anthropic's blocks, which are calls, results, pictures and thoughts like any others", () => {
    const source = { type: "base64", media_type: "image/png", data: "AA==" };
    const turns = turnsOf(
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "tool_use", id: "t", name: "f", input: { a: 1 } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t", is_error: true, content: [{ type: "image", source }] },
          { type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } },
        ],
      },
    );
    expect(turns.map((turn) => bare(turn.parts))).toEqual([
      [
        { kind: "thinking", text: "hm" },
        { kind: "call", id: "t", name: "f", args: '{"a":1}' },
      ],
      [
        {
          kind: "result",
          id: "t",
          isError: true,
          parts: [{ kind: "image", blob: { data: "AA==", mime: "image/png" } }],
        },
        { kind: "text", text: "x", cache: { ttl: "1h" } },
      ],
    ]);
  });

  it("may name tools in the words of Messages and of Responses", () => {
    const schema = { type: "object" };
    const { tools } = decode({
      tools: [
        { name: "a", input_schema: schema },
        { type: "function", name: "b", parameters: schema },
        { type: "function", function: { name: "c", parameters: schema } },
      ],
      functions: [{ name: "d", parameters: schema }],
    });
    expect(tools.map((tool) => tool.kind === "function" && [tool.name, tool.schema])).toEqual(
      ["a", "b", "c", "d"].map((name) => [name, schema]),
    );
  });

  it.each([
    ["auto", { mode: "auto" }],
    ["any", { mode: "required" }],
    [
      { type: "function", function: { name: "f" } },
      { mode: "named", name: "f" },
    ],
    [
      { type: "function", name: "f" },
      { mode: "named", name: "f" },
    ],
    [
      { type: "custom", custom: { name: "f" } },
      { mode: "named", name: "f", custom: true },
    ],
    [
      { type: "tool", name: "f" },
      { mode: "named", name: "f" },
    ],
    [{ type: "any" }, { mode: "required" }],
    [
      {
        type: "allowed_tools",
        allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] },
      },
      { mode: "auto", allowed: ["f"] },
    ],
  ])("chooses among tools: %j", (tool_choice, choice) => {
    const { home: _, ...read } = decode({ tool_choice }).toolChoice ?? { mode: "none" };
    expect(read).toEqual(choice);
  });

  it("has calls and results of the older kind too", () => {
    const { turns, toolChoice } = decode({
      messages: [
        { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
        { role: "function", name: "f", content: "x" },
      ],
      function_call: { name: "f" },
    });
    expect(turns.map((turn) => bare(turn.parts))).toEqual([
      [{ kind: "call", id: "", name: "f", args: "{}" }],
      [{ kind: "result", id: "", name: "f", parts: [{ kind: "text", text: "x" }], isError: false }],
    ]);
    expect(toolChoice).toMatchObject({ mode: "named", name: "f" });
  });

  it("has its parameters under the neutral names, whichever way they were said", () => {
    expect(
      decode({
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 9,
        stop: "END",
        user: "u",
        n: 2,
        reasoning: { effort: "low", max_tokens: 5 },
        logprobs: true,
        top_logprobs: 3,
        response_format: { type: "json_schema", json_schema: { name: "a", schema: {}, strict: true } },
      }),
    ).toMatchObject({
      source: "openai-chat",
      stream: true,
      wantsUsage: true,
      maxOutputTokens: 9,
      stop: ["END"],
      endUser: "u",
      candidates: 2,
      reasoning: { effort: "low", budgetTokens: 5 },
      logprobs: { top: 3 },
      output: { kind: "schema", name: "a", schema: {}, strict: true },
    });
  });

  it.each([
    [{ messages: "x" }, "messages"],
    [{ messages: [1] }, "messages[0]"],
    [{ messages: [{ content: "x" }] }, "messages[0].role"],
    [{ messages: [{ role: "user", content: 1 }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [1] }] }, "messages[0].content[0]"],
    [{ messages: [{ role: "assistant", tool_calls: ["x"] }] }, "messages[0].tool_calls[0]"],
    [{ tools: [1] }, "tools[0]"],
    [{ functions: [{}] }, "functions[0]"],
    [{ model: "" }, "model"],
  ])("is refused, with the field that is wrong, when it is %j", (fields, param) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });

  it("is refused when it is a completion of tokens, which mean nothing elsewhere", () => {
    const target = { ...chatTarget, surface: "completions" } as const;
    expect(() => codec.decodeRequest({ model: "m", prompt: [1, 2] }, target)).toThrow(
      expect.objectContaining({ param: "prompt" }),
    );
  });
});

describe("a request from another wire", () => {
  const foreign = (fields: Partial<IrRequest>, ...compat: string[]): JsonObject =>
    codec.encodeRequest(
      {
        source: "anthropic-messages",
        model: "x",
        stream: false,
        wantsUsage: false,
        turns: [],
        tools: [],
        home: {},
        ...fields,
      },
      encodeTarget({ compat: new Set(compat) }),
    );
  const messagesOf = (turns: Turn[], ...compat: string[]): unknown => foreign({ turns }, ...compat)["messages"];

  it("becomes messages: results in front of what the user says, texts joined, calls beside the content", () => {
    expect(
      messagesOf([
        {
          role: "system",
          parts: [
            { kind: "text", text: "a" },
            { kind: "text", text: "b" },
          ],
        },
        {
          role: "assistant",
          parts: [
            { kind: "thinking", text: "hm" },
            { kind: "text", text: "one " },
            { kind: "text", text: "text" },
            { kind: "call", id: "1", name: "f", args: "" },
            { kind: "call", id: "2", name: "g", args: "{broken" },
          ],
        },
        {
          role: "user",
          parts: [
            { kind: "result", id: "1", name: "f", parts: [], isError: false },
            {
              kind: "result",
              id: "2",
              parts: [
                { kind: "text", text: "x" },
                { kind: "text", text: "" },
              ],
              isError: false,
            },
            { kind: "text", text: "look" },
            { kind: "image", blob: { data: "AA==", mime: "image/png" } },
            { kind: "document", blob: { data: "AA==", mime: "application/pdf" } },
            { kind: "audio", blob: { data: "AA==", mime: "audio/mpeg" } },
          ],
        },
        { role: "assistant", parts: [{ kind: "call", id: "3", name: "f", args: "{}" }] },
      ]),
    ).toEqual([
      { role: "system", content: "a\n\nb" },
      {
        role: "assistant",
        content: "one text",
        tool_calls: [
          { id: "1", type: "function", function: { name: "f", arguments: "{}" } },
          { id: "2", type: "function", function: { name: "g", arguments: '{"_raw":"{broken"}' } },
        ],
      },
      { role: "tool", tool_call_id: "1", content: "" },
      { role: "tool", tool_call_id: "2", content: "x" },
      {
        role: "user",
        content: [
          { type: "text", text: "look" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
          { type: "file", file: { file_data: "data:application/pdf;base64,AA==", filename: "document.pdf" } },
          { type: "input_audio", input_audio: { data: "AA==", format: "mp3" } },
        ],
      },
      { role: "assistant", content: null, tool_calls: [expect.objectContaining({ id: "3" })] },
    ]);
  });

  it("gives thoughts to the servers that want them back, in every turn that called tools", () => {
    const call: Part = { kind: "call", id: "1", name: "f", args: "{}" };
    const turns: Turn[] = [
      { role: "assistant", parts: [{ kind: "thinking", text: "hm" }, call] },
      { role: "assistant", parts: [call] },
      { role: "assistant", parts: [{ kind: "text", text: "x" }] },
    ];
    expect(messagesOf(turns, "reasoning-content")).toMatchObject([
      { reasoning_content: "hm" },
      { reasoning_content: "" },
      {},
    ]);
    expect(JSON.stringify(messagesOf(turns))).not.toContain("reasoning");
  });

  it("says its limit in the newer way, and in the older where that is the only one known", () => {
    expect(foreign({ maxOutputTokens: 9 })).toMatchObject({ max_completion_tokens: 9 });
    const older = foreign({ maxOutputTokens: 9 }, "max-tokens");
    expect(older).toMatchObject({ max_tokens: 9 });
    expect(older).not.toHaveProperty("max_completion_tokens");
  });

  it("asks for usage in a stream, where that may be asked", () => {
    expect(foreign({ stream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(foreign({ stream: true }, "no-stream-options")).toEqual({ model: "m", messages: [], stream: true });
    expect(foreign({})).toEqual({ model: "m", messages: [] });
  });

  it("gives every function a schema, and names what it allows", () => {
    expect(
      foreign({
        tools: [
          { kind: "function", name: "f", strict: null, cache: {} },
          { kind: "function", name: "g", schema: { type: "object" }, strict: true },
          { kind: "custom", name: "patch", grammar: { syntax: "lark", definition: "start: x" } },
        ],
        toolChoice: { mode: "required", allowed: ["f", "patch"] },
        reasoning: { effort: "low" },
        output: { kind: "schema", schema: { type: "object" } },
        topK: 5,
      }),
    ).toEqual({
      model: "m",
      messages: [],
      tools: [
        { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } },
        { type: "function", function: { name: "g", parameters: { type: "object" }, strict: true } },
        {
          type: "custom",
          custom: { name: "patch", format: { type: "grammar", grammar: { syntax: "lark", definition: "start: x" } } },
        },
      ],
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [
            { type: "function", function: { name: "f" } },
            { type: "custom", custom: { name: "patch" } },
          ],
        },
      },
      reasoning_effort: "low",
      response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } },
    });
  });
});
