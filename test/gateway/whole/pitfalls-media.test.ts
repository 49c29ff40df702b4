/** Pictures and documents that other gateways lost on the way. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, type Json, list, type PitfallGateway, startPitfallGateway } from "../../support/pitfall-gateway.ts";

const PNG = "iVBORw0KGgo=";

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const user = (content: unknown): Json => ({ role: "user", content });
const rolesOf = (sent: Json): unknown[] => list(sent, "messages").map(({ role }) => role);

describe("media that", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } };
  const turnsWithPictures = [
    user("go"),
    { role: "assistant", content: ["a", "b"].map((id) => ({ type: "tool_use", id, name: "look", input: {} })) },
    user(
      ["a", "b"].map((id) => ({ type: "tool_result", tool_use_id: id, content: [{ type: "text", text: id }, image] })),
    ),
  ];

  // 17, 18, 19
  it("stand in results reach Chat as pictures, behind all results", async () => {
    const { sent } = await house.ask("messages", "chat/gpt-4.1", { max_tokens: 100, messages: turnsWithPictures });
    expect(rolesOf(sent)).toEqual(["user", "assistant", "tool", "tool", "user"]);
    expect(
      list(sent, "messages")
        .slice(2, 4)
        .map(({ content }) => content),
    ).toEqual(["a", "b"]);
    const pictures = list(sent, "messages", 4, "content").filter(({ type }) => type === "image_url");
    expect(pictures.map((part) => at(part, "image_url", "url"))).toEqual(
      [1, 2].map(() => `data:image/png;base64,${PNG}`),
    );
  });

  // 17, 18
  it("stand in results stay in them where the wire has room", async () => {
    const { sent } = await house.ask("messages", "responses/gpt-5.4", { max_tokens: 100, messages: turnsWithPictures });
    const outputs = list(sent, "input").filter(({ type }) => type === "function_call_output");
    expect(outputs.map((item) => list(item, "output").map(({ type }) => type))).toEqual([
      ["input_text", "input_image"],
      ["input_text", "input_image"],
    ]);
    const { sent: gemini } = await house.ask("messages", "gemini/gemini-3-pro", {
      max_tokens: 100,
      messages: turnsWithPictures,
    });
    const responses = list(gemini, "contents", 2, "parts");
    expect(responses.map((part) => at(part, "functionResponse", "parts", 0, "inlineData", "data"))).toEqual([PNG, PNG]);
  });

  // 17
  it("stand in results of Responses reach Anthropic as pictures", async () => {
    const { sent } = await house.ask("responses", "messages/claude-sonnet-4-5", {
      input: [
        { role: "user", content: "go" },
        { type: "function_call", call_id: "a", name: "look", arguments: "{}" },
        {
          type: "function_call_output",
          call_id: "a",
          output: [{ type: "input_image", image_url: `data:image/png;base64,${PNG}` }],
        },
      ],
    });
    expect(at(sent, "messages", 2, "content", 0, "content")).toEqual([image]);
  });

  // 20, 21
  it("are documents are not lost on the way", async () => {
    const pdf = {
      type: "document",
      title: "plan.pdf",
      source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
    };
    const messages = [
      user([pdf, { type: "text", text: "read" }]),
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "look", input: {} }] },
      user([{ type: "tool_result", tool_use_id: "a", content: [pdf] }]),
    ];
    const { sent: chat } = await house.ask("messages", "chat/gpt-4.1", { max_tokens: 100, messages });
    const file = { type: "file", file: { filename: "plan.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } };
    expect(at(chat, "messages", 0, "content", 0)).toEqual(file);
    expect(list(chat, "messages", 3, "content")).toContainEqual(file);
    const { sent: responses } = await house.ask("messages", "responses/gpt-5.4", { max_tokens: 100, messages });
    expect(list(responses, "input", 0, "content")[0]).toMatchObject({ type: "input_file", filename: "plan.pdf" });
    expect(list(responses, "input", 2, "output")[0]).toMatchObject({ type: "input_file", filename: "plan.pdf" });
  });
});
