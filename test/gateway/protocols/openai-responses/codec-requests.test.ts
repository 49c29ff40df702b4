import { describe, expect, it } from "vitest";
import type { NativePart, Part, Tool, Turn } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { openaiResponsesCodec as codec } from "../../../../src-gateway/protocols/openai-responses/codec.ts";
import { additionalToolsOf } from "../../../../src-gateway/protocols/openai-responses/tools.ts";
import { encodeTarget, readJson, requestTarget } from "./codec-tools.ts";

const decode = (request: Record<string, unknown>) => codec.decodeRequest({ model: "m", ...request }, requestTarget);
const kinds = (request: IrRequest) => request.turns.map((turn) => [turn.role, ...turn.parts.map((part) => part.kind)]);
const text = (value: string): Part => ({ kind: "text", text: value });
const turn = (role: Turn["role"], ...parts: Part[]): Turn => ({ role, parts });
const withoutHome = (part: Part): Part => {
  const { home: _, ...rest } = part;
  return rest;
};
const foreign = (fields: Partial<IrRequest>) =>
  codec.encodeRequest(
    {
      source: "anthropic-messages",
      model: "asked",
      stream: true,
      wantsUsage: true,
      turns: [],
      tools: [],
      home: {},
      ...fields,
    },
    encodeTarget,
  );
const input = (...turns: Turn[]) => foreign({ turns })["input"];

describe("a request of this wire", () => {
  it("is a turn for each item, in order", () => {
    expect(kinds(codec.decodeRequest(readJson("tool-loop.request.json"), requestTarget))).toEqual([
      ["user", "text"],
      ["assistant", "thinking"],
      ["assistant", "text"],
      ["assistant", "call"],
      ["assistant", "call"],
      ["user", "result"],
      ["user", "result"],
      ["user", "result"],
      ["assistant", "thinking"],
      ["assistant", "thinking"],
      ["assistant", "thinking"],
    ]);
  });

  it("says its instructions in a leading system turn", () => {
    const { turns } = decode({ instructions: "Be brief.", input: "Hello" });
    expect(turns.map(({ role, parts }) => ({ role, parts }))).toEqual([
      turn("system", text("Be brief.")),
      turn("user", text("Hello")),
    ]);
  });

  it("is still whole when turns are put in front of an input that was one string", () => {
    const request = decode({ instructions: "Be brief.", input: "And now?" });
    const [instructions, ...rest] = request.turns;
    const turns = [...(instructions ? [instructions] : []), turn("user", text("Before.")), ...rest];
    expect(codec.encodeRequest({ ...request, turns }, encodeTarget)).toEqual({
      model: "MODEL",
      instructions: "Be brief.",
      input: [
        { type: "message", role: "user", content: [{ type: "input_text", text: "Before." }] },
        { type: "message", role: "user", content: "And now?" },
      ],
    });
  });

  it("reads thoughts, and tells those that show nothing", () => {
    const request = codec.decodeRequest(readJson("tool-loop.request.json"), requestTarget);
    const thoughts = request.turns.flatMap((each) => each.parts).filter((part) => part.kind === "thinking");
    expect(thoughts.map(withoutHome)).toEqual([
      {
        kind: "thinking",
        text: "First the file.\n\nThen the report.",
        opaque: { wire: "openai-responses", value: "gAAAAAone=" },
      },
      { kind: "thinking", text: "", redacted: true, opaque: { wire: "openai-responses", value: "gAAAAAtwo=" } },
      { kind: "thinking", text: "" },
      { kind: "thinking", text: "All in the open." },
    ]);
  });

  it("loses encrypted content that was taken away, and keeps the rest of the thought", () => {
    const request = decode({ input: [{ type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" }] });
    const turns = request.turns.map((each) => ({
      ...each,
      parts: each.parts.map((part): Part => {
        const { opaque: _, ...bare } = part;
        return bare;
      }),
    }));
    expect(codec.encodeRequest({ ...request, turns }, encodeTarget)["input"]).toEqual([
      { type: "reasoning", id: "rs_1", summary: [] },
    ]);
  });

  it("reads media of every form", () => {
    const [first] = codec.decodeRequest(readJson("media.request.json"), requestTarget).turns;
    const parts = (first?.parts ?? []).map(withoutHome);
    expect(parts.slice(0, 1)).toEqual([{ kind: "text", text: "What is all this?", cache: { ttl: "12h" } }]);
    expect(parts.slice(2)).toEqual([
      { kind: "image", blob: { url: "https://example.com/cat.jpg" }, detail: "auto" },
      { kind: "image", blob: { fileId: "file_img1" } },
      { kind: "image", blob: { data: "PHN2Zy8+", mime: "image/svg+xml" } },
      { kind: "document", blob: { data: "JVBERi0=", mime: "application/pdf" }, title: "a.pdf" },
      { kind: "document", blob: { data: "JVBERi0=", mime: "application/pdf" }, title: "bare.pdf" },
      { kind: "document", blob: { url: "https://example.com/b.pdf" } },
      { kind: "document", blob: { fileId: "file_doc1" } },
      { kind: "audio", blob: { data: "UklGRg==", mime: "audio/wav" } },
      { kind: "audio", blob: { data: "SUQz", mime: "audio/mp3" } },
      {
        kind: "native",
        wire: "openai-responses",
        type: "input_hologram",
        raw: { type: "input_hologram", hologram: { depth: 3 } },
      },
    ]);
  });

  it("keeps the tools of an additional_tools item at hand", () => {
    const [first] = codec.decodeRequest(readJson("responses-lite.request.json"), requestTarget).turns;
    expect(first?.role).toBe("system");
    const tools = additionalToolsOf(first?.parts[0] as NativePart);
    expect(tools.map((tool) => tool.kind === "namespace" && [tool.name, tool.tools.map((each) => each.kind)])).toEqual([
      ["functions", ["custom", "function"]],
      ["clock", ["function"]],
    ]);
    expect(additionalToolsOf({ kind: "native", wire: "openai-chat", type: "additional_tools", raw: {} })).toEqual([]);
  });

  it("reads tools, and what it does not know as its own", () => {
    const { tools, toolChoice } = codec.decodeRequest(readJson("custom-tools.request.json"), requestTarget);
    expect(tools.map((tool) => tool.kind)).toEqual([
      "custom",
      "custom",
      "custom",
      "namespace",
      "native",
      "native",
      "native",
    ]);
    expect(tools[0]).toMatchObject({ grammar: { syntax: "lark", definition: "start: /.+/" } });
    expect(toolChoice).toEqual({ mode: "named", name: "apply_patch", custom: true });
  });

  it.each([
    ["required", { mode: "required" }],
    [
      { type: "function", name: "f" },
      { mode: "named", name: "f" },
    ],
    [{ type: "web_search" }, { mode: "named", name: "web_search" }],
    [
      { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] },
      { mode: "auto", allowed: ["f"] },
    ],
  ])("reads the choice %j", (choice, expected) => {
    expect(decode({ input: "x", tool_choice: choice }).toolChoice).toMatchObject(expected);
  });

  it.each([
    ["input", { input: ["text"] }, "input[0]"],
    ["instructions", { instructions: [1] }, "instructions[0]"],
    ["tools", { tools: [null] }, "tools[0]"],
    ["nested tools", { tools: [{ type: "namespace", name: "n", tools: ["x"] }] }, "tools[0].tools[0]"],
  ])("is refused by name for an entry that is no object in %s", (_, fields, param) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });
});

describe("a request of another wire", () => {
  it("stores nothing and asks for encrypted reasoning", () => {
    expect(foreign({ turns: [turn("user", text("Hi"))] })).toEqual({
      model: "MODEL",
      stream: true,
      input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] }],
      store: false,
      include: ["reasoning.encrypted_content"],
    });
  });

  it("gives its leading system turns as instructions, and later ones where they stand", () => {
    const turns = [
      turn("system", text("One."), text("Two.")),
      turn("system", text("Three.")),
      turn("user", text("Hi")),
      turn("system", text("Note.")),
    ];
    const body = foreign({ turns });
    expect(body["instructions"]).toBe("One.\n\nTwo.\n\nThree.");
    expect(body["input"]).toEqual([
      { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] },
      { type: "message", role: "developer", content: [{ type: "input_text", text: "Note." }] },
    ]);
  });

  it("spells calls and results without ids of items", () => {
    const parts: Part[] = [
      text(""),
      text("Let me see."),
      { kind: "call", id: "c1", name: "now", args: "" },
      { kind: "call", id: "c2", name: "patch", args: "", custom: true },
      { kind: "thinking", text: "hm", opaque: { wire: "openai-responses", value: "gAAA" } },
      { kind: "thinking", text: "", opaque: { wire: "openai-responses", value: "gBBB" }, redacted: true },
      { kind: "thinking", text: "unsigned" },
      { kind: "native", wire: "anthropic-messages", type: "server_tool_use", raw: { type: "server_tool_use" } },
    ];
    expect(input(turn("assistant", ...parts))).toEqual([
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Let me see." }] },
      { type: "function_call", call_id: "c1", name: "now", arguments: "{}" },
      { type: "custom_tool_call", call_id: "c2", name: "patch", input: "" },
      { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "gAAA" },
      { type: "reasoning", summary: [], encrypted_content: "gBBB" },
    ]);
    const image: Part = { kind: "image", blob: { data: "AAAA", mime: "image/png" } };
    const results: Part[] = [
      { kind: "result", id: "c1", parts: [text("a"), text("b")], isError: false },
      { kind: "result", id: "c2", parts: [], isError: false, custom: true },
      { kind: "result", id: "c3", parts: [text("see"), image], isError: false },
      text("Go on."),
    ];
    expect(input(turn("user", ...results))).toEqual([
      { type: "function_call_output", call_id: "c1", output: "a\nb" },
      { type: "custom_tool_call_output", call_id: "c2", output: "" },
      {
        type: "function_call_output",
        call_id: "c3",
        output: [
          { type: "input_text", text: "see" },
          { type: "input_image", detail: "auto", image_url: "data:image/png;base64,AAAA" },
        ],
      },
      { type: "message", role: "user", content: [{ type: "input_text", text: "Go on." }] },
    ]);
  });

  it("names files, because the name tells their kind", () => {
    const document = (title?: string): Part => ({
      kind: "document",
      blob: { data: "AAAA", mime: "text/plain" },
      ...(title ? { title } : {}),
    });
    const link: Part = { kind: "document", blob: { url: "https://example.com/a.pdf" }, title: "A" };
    const names = input(turn("user", document(), document("Report"), document("a.md"), link)) as [
      { content: { filename?: string }[] },
    ];
    expect(names[0].content.map((piece) => piece.filename)).toEqual(["document.txt", "Report.txt", "a.md", undefined]);
  });

  it("is not strict about schemas unless it was asked to be", () => {
    const tools: Tool[] = [
      { kind: "function", name: "a" },
      { kind: "function", name: "b", schema: { type: "object" }, strict: true },
      { kind: "function", name: "c", schema: { type: "object" }, strict: null },
      { kind: "custom", name: "d", grammar: { syntax: "regex", definition: "a+" } },
      { kind: "native", wire: "anthropic-messages", type: "bash", raw: { type: "bash" } },
    ];
    const body = foreign({ tools, toolChoice: { mode: "required", allowed: ["a", "d"] } });
    expect(body["tools"]).toEqual([
      { type: "function", name: "a", parameters: { type: "object", properties: {} }, strict: false },
      { type: "function", name: "b", parameters: { type: "object" }, strict: true },
      { type: "function", name: "c", parameters: { type: "object" }, strict: null },
      { type: "custom", name: "d", format: { type: "grammar", syntax: "regex", definition: "a+" } },
    ]);
    expect(body["tool_choice"]).toEqual({
      type: "allowed_tools",
      mode: "required",
      tools: [
        { type: "function", name: "a" },
        { type: "custom", name: "d" },
      ],
    });
    expect(foreign({ tools, toolChoice: { mode: "named", name: "d" } })["tool_choice"]).toEqual({
      type: "custom",
      name: "d",
    });
    expect(foreign({ tools, toolChoice: { mode: "none" } })["tool_choice"]).toBe("none");
  });

  it("spells every option", () => {
    expect(
      foreign({
        stream: false,
        maxOutputTokens: 5,
        temperature: 0.5,
        topP: 0.9,
        logprobs: { top: 2 },
        parallelTools: false,
        reasoning: { effort: "high", show: "full" },
        output: { kind: "schema", schema: { type: "object" } },
        verbosity: "low",
        cacheKey: "k",
        endUser: "u",
        metadata: { a: "b" },
        serviceTier: "flex",
        store: true,
      }),
    ).toEqual({
      model: "MODEL",
      input: [],
      max_output_tokens: 16,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 2,
      parallel_tool_calls: false,
      reasoning: { effort: "high", summary: "detailed" },
      text: { format: { type: "json_schema", name: "answer", schema: { type: "object" } }, verbosity: "low" },
      prompt_cache_key: "k",
      user: "u",
      metadata: { a: "b" },
      service_tier: "flex",
      store: true,
      include: ["reasoning.encrypted_content", "message.output_text.logprobs"],
    });
  });
});
