import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { describe, expect, test } from "vitest";
import { collect, type GetSetup, PNG_BASE64, WEATHER, WEATHER_SCHEMA } from "./setup.ts";

const weatherTool = { name: "weather", description: "Tells the weather.", input_schema: WEATHER_SCHEMA };

/** Messages, token counts and models through Anthropic's SDK. */
export function anthropicCases(setup: GetSetup): void {
  const connect = () => new Anthropic({ ...setup().anthropic, maxRetries: 0 });
  const question = (content: Anthropic.MessageParam["content"]) => ({
    model: setup().models.anthropic,
    max_tokens: 1024,
    messages: [{ role: "user" as const, content }],
  });
  const textOf = (message: { content: { type: string; text?: string }[] }): string =>
    message.content.map((block) => block.text ?? "").join("");

  describe("anthropic messages", () => {
    test("a whole answer with the provider's usage", async () => {
      const answer = await connect().messages.create(question("hello"));
      expect(textOf(answer)).toContain("You said “hello” – noted ✓");
      expect(answer.stop_reason).toBe("end_turn");
      const reported = setup().provider.requests.at(-1)?.usageReported;
      expect(answer.usage).toMatchObject({
        input_tokens: reported?.inputUncached,
        cache_read_input_tokens: reported?.cacheRead,
        cache_creation_input_tokens: reported?.cacheWrite5m,
        output_tokens: reported?.output,
      });
    });

    test("a stream of named events in their order", async () => {
      const events = await collect(await connect().messages.create({ ...question("hello"), stream: true }));
      const types = events.map((event) => event.type).filter((type, index, all) => type !== all[index - 1]);
      expect(types).toEqual([
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
      ]);
    });

    test("the streaming helper puts text and usage together", async () => {
      const helper = connect().messages.stream(question("hello"));
      const deltas: string[] = [];
      helper.on("text", (delta) => void deltas.push(delta));
      const answer = await helper.finalMessage();
      expect(deltas.length).toBeGreaterThan(2);
      expect(textOf(answer)).toBe(deltas.join(""));
      expect(answer.usage.output_tokens).toBe(setup().provider.requests.at(-1)?.usageReported?.output);
    });

    test("a tool loop of two turns, the call streamed", async () => {
      const request = { ...question("How is the weather?"), tools: [weatherTool] };
      const asked = await connect().messages.stream(request).finalMessage();
      const call = asked.content.find((block) => block.type === "tool_use");
      if (asked.stop_reason !== "tool_use" || !call) throw new Error("no call came");
      expect(call.input).toEqual(WEATHER);
      const result = { type: "tool_result" as const, tool_use_id: call.id, content: "sunny, 25 °C" };
      const told = await connect().messages.create({
        ...request,
        messages: [
          ...request.messages,
          { role: "assistant", content: asked.content },
          { role: "user", content: [result] },
        ],
      });
      expect(textOf(told)).toBe("The tool said “sunny, 25 °C”.");
    });

    test("the beta tool runner runs a loop by itself", async () => {
      const tool = betaTool({
        name: "weather",
        description: "Tells the weather.",
        inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
        run: ({ city }) => `rain in ${city}`,
      });
      const answer = await connect().beta.messages.toolRunner({
        model: setup().models.anthropic,
        max_tokens: 1024,
        messages: [{ role: "user", content: "How is the weather?" }],
        tools: [tool],
      });
      expect(textOf(answer)).toBe(`The tool said “rain in ${WEATHER.city}”.`);
    });

    test("parallel calls arrive apart, however they are streamed", async () => {
      const calls = [
        { name: "weather", arguments: { city: "Ulm" } },
        { name: "weather", arguments: { city: "Köln" } },
      ];
      setup().provider.script({ calls });
      const answer = await connect()
        .messages.stream({ ...question("both, please"), tools: [weatherTool] })
        .finalMessage();
      const inputs = answer.content.flatMap((block) => (block.type === "tool_use" ? [block.input] : []));
      expect(inputs).toEqual(calls.map((call) => call.arguments));
    });

    test("a structured answer fits its schema", async () => {
      const answer = await connect().messages.create({
        ...question("the weather as JSON"),
        output_config: { format: { type: "json_schema", schema: WEATHER_SCHEMA } },
      });
      expect(JSON.parse(textOf(answer))).toEqual(WEATHER);
    });

    test("an image reaches the model", async () => {
      const source = { type: "base64" as const, media_type: "image/png" as const, data: PNG_BASE64 };
      const answer = await connect().messages.create(
        question([
          { type: "image", source },
          { type: "text", text: "What is this?" },
        ]),
      );
      expect(textOf(answer)).toContain("1 image: 1 image/png");
    });

    test("tokens are counted without an answer", async () => {
      const { model, messages } = question("hello");
      const count = await connect().messages.countTokens({ model, messages });
      expect(count.input_tokens).toBeGreaterThan(0);
    });

    test("the list of models names the model", async () => {
      const models = await collect(await connect().models.list());
      expect(models.map((model) => model.id)).toContain(setup().models.anthropic);
    });
  });
}
