/** Names of tools, and tools that only some wires have, where other gateways broke them. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  eventsOf,
  type Json,
  list,
  type PitfallGateway,
  startPitfallGateway,
} from "../../support/pitfall-gateway.ts";
import { chatCall, chatCalls, chunk, claudeTool, DONE, piece, schema, user } from "../../support/pitfall-words.ts";

const CLAUDE = "messages/claude-sonnet-4-5";
const GPT = "chat/gpt-4.1";
const GEMINI = "gemini/gemini-2.5-pro";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

describe("names of tools", () => {
  const stem = `mcp__${"a.long.server.".repeat(5)}`;
  const names = [`${stem}read`, `${stem}write`, "files.read", "files_read"];

  // 27, 28
  it("that are too long or illegal are replaced, each by its own, and come back as they were", async () => {
    const ask = (model: string) =>
      house.ask("messages", model, {
        max_tokens: 100,
        messages: [
          user("go"),
          { role: "assistant", content: [{ type: "tool_use", id: "t", name: names[1], input: {} }] },
          user([{ type: "tool_result", tool_use_id: "t", content: "seen" }]),
        ],
        tools: names.map(claudeTool),
        tool_choice: { type: "tool", name: names[0] },
      });
    const { sent } = await ask(GPT);
    const told = list(sent, "tools").map((tool) => String(at(tool, "function", "name")));
    for (const name of told) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(new Set(told).size).toBe(names.length);
    expect(told[3]).toBe("files_read");
    expect(at(sent, "messages", 1, "tool_calls", 0, "function", "name")).toBe(told[1]);
    expect(at(sent, "tool_choice", "function", "name")).toBe(told[0]);

    house.answers(chatCalls(...told.map((name) => chatCall(name, "{}", name))));
    expect(list(JSON.parse((await ask(GPT)).text), "content").map(({ name }) => name)).toEqual(names);
    expect((await ask(GPT)).sent).toEqual(sent);
  });

  // 28
  it("come back as they were in a stream, too", async () => {
    const body = { max_tokens: 100, messages: [user("go")], tools: names.map(claudeTool) };
    const told = list((await house.ask("messages", GPT, body)).sent, "tools").map((tool) =>
      at(tool, "function", "name"),
    );
    house.streams(
      ...told.map((name, index) => piece(index, { id: `call_${index}`, function: { name, arguments: "{}" } })),
      chunk({}, "tool_calls"),
      DONE,
    );
    const events = eventsOf((await house.ask("messages", GPT, { ...body, stream: true })).text);
    const starts = events.filter(({ type }) => type === "content_block_start");
    expect(starts.map((start) => at(start, "content_block", "name"))).toEqual(names);
  });

  // 29
  it("that a model made up can be sent back", async () => {
    const history = (name: string): Json => ({
      max_tokens: 100,
      messages: [
        user("go"),
        { role: "assistant", content: [{ type: "tool_use", id: "t", name, input: {} }] },
        user([{ type: "tool_result", tool_use_id: "t", content: "no such tool", is_error: true }]),
      ],
      tools: [claudeTool("look")],
    });
    const { sent } = await house.ask("messages", GPT, history("multi_tool_use.parallel <x>"));
    expect(at(sent, "messages", 1, "tool_calls", 0, "function", "name")).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    const { sent: gemini } = await house.ask("messages", GEMINI, history("look at that"));
    const name = at(gemini, "contents", 1, "parts", 0, "functionCall", "name");
    expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_.:-]*$/);
    expect(at(gemini, "contents", 2, "parts", 0, "functionResponse", "name")).toBe(name);
  });
});

describe("tools that take free text", () => {
  const patch = '*** Begin Patch\n+ "quoted" \\ and ü\n*** End Patch';
  const body = {
    input: [
      { role: "user", content: "go" },
      { type: "custom_tool_call", call_id: "call_0", name: "apply_patch", input: patch },
      { type: "custom_tool_call_output", call_id: "call_0", output: "done" },
    ],
    tools: [
      { type: "custom", name: "apply_patch", format: { type: "grammar", syntax: "lark", definition: "start: PATCH" } },
      { type: "function", name: "look", parameters: schema },
    ],
  };

  // 30
  it("are functions with one text, encoded once", async () => {
    const { sent } = await house.ask("responses", GPT, body);
    expect(at(sent, "tools", 0, "function")).toMatchObject({
      name: "apply_patch",
      parameters: { required: ["input"] },
    });
    expect(at(sent, "tools", 0, "function", "description")).toContain("start: PATCH");
    expect(JSON.parse(String(at(sent, "messages", 1, "tool_calls", 0, "function", "arguments")))).toEqual({
      input: patch,
    });
    expect(at(sent, "messages", 2, "content")).toBe("done");
  });

  // 30
  it.each([false, true])("are called with plain text (stream: %s)", async (stream) => {
    const args = JSON.stringify({ input: patch });
    if (stream) {
      house.streams(
        piece(0, { id: "call_1", function: { name: "apply_patch", arguments: args.slice(0, 20) } }),
        piece(0, { function: { arguments: args.slice(20) } }),
        chunk({}, "tool_calls"),
        DONE,
      );
    } else house.answers(chatCalls(chatCall("apply_patch", args)));
    const { text } = await house.ask("responses", GPT, { ...body, stream });
    const response = stream ? eventsOf(text).at(-1)?.["response"] : JSON.parse(text);
    expect(at(response, "output", 0)).toMatchObject({
      type: "custom_tool_call",
      call_id: "call_1",
      name: "apply_patch",
      input: patch,
    });
    if (!stream) return;
    const deltas = eventsOf(text).filter(({ type }) => type === "response.custom_tool_call_input.delta");
    expect(deltas.map(({ delta }) => delta).join("")).toBe(patch);
  });
});

describe("tools in namespaces", () => {
  const space = (name: string): Json => ({
    type: "namespace",
    name,
    description: "d",
    tools: [{ type: "function", name: "read", parameters: schema }],
  });
  const body = {
    input: [
      { role: "user", content: "go" },
      { type: "function_call", call_id: "call_0", namespace: "mail", name: "read", arguments: "{}" },
      { type: "function_call_output", call_id: "call_0", output: "seen" },
    ],
    tools: [space("files"), space("mail"), { type: "function", name: "read", parameters: schema }],
  };

  // 31
  it("keep apart, and come back with their namespace", async () => {
    const { sent } = await house.ask("responses", CLAUDE, body);
    const names = list(sent, "tools").map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    expect(at(sent, "messages", 1, "content", 0, "name")).toBe(names[1]);
    house.answers({
      id: "m",
      type: "message",
      content: names.map((name, n) => ({ type: "tool_use", id: `toolu_${n}`, name, input: {} })),
      stop_reason: "tool_use",
    });
    const { text } = await house.ask("responses", CLAUDE, body);
    expect(list(JSON.parse(text), "output").map(({ namespace, name }) => [namespace, name])).toEqual([
      ["files", "read"],
      ["mail", "read"],
      [undefined, "read"],
    ]);
  });
});
