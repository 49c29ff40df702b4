import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { collect, type GetSetup, PNG_BASE64, WEATHER, WEATHER_SCHEMA } from "./setup.ts";

const weatherTool = {
  type: "function" as const,
  function: { name: "weather", description: "Tells the weather.", parameters: WEATHER_SCHEMA },
};

/** Chat Completions, Completions, Embeddings and models through OpenAI's SDK. */
export function openaiChatCases(setup: GetSetup): void {
  const connect = () => new OpenAI({ ...setup().openai, maxRetries: 0 });
  const question = (content: string) => ({
    model: setup().models.openai,
    messages: [{ role: "user" as const, content }],
  });

  describe("openai chat", () => {
    test("a whole answer with the provider's usage", async () => {
      const answer = await connect().chat.completions.create(question("hello"));
      expect(answer.choices[0]?.message.content).toContain("You said “hello” – noted ✓");
      expect(answer.choices[0]?.finish_reason).toBe("stop");
      const reported = setup().provider.requests.at(-1)?.usageReported;
      expect(answer.usage?.completion_tokens).toBe(reported?.output);
      expect(answer.usage?.prompt_tokens_details?.cached_tokens).toBe(reported?.cacheRead);
    });

    test("a stream without usage, unless it was asked for", async () => {
      const chunks = await collect(await connect().chat.completions.create({ ...question("hello"), stream: true }));
      expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toContain("noted ✓, and 你好");
      expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
      expect(chunks.every((chunk) => chunk.choices.length === 1 && !chunk.usage)).toBe(true);
      const asked = { ...question("hello"), stream: true as const, stream_options: { include_usage: true } };
      const last = (await collect(await connect().chat.completions.create(asked))).at(-1);
      expect(last?.choices).toEqual([]);
      expect(last?.usage?.completion_tokens).toBe(setup().provider.requests.at(-1)?.usageReported?.output);
    });

    test("the streaming helper puts text and usage together", async () => {
      const helper = connect().chat.completions.stream({
        ...question("hello"),
        stream_options: { include_usage: true },
      });
      const deltas: string[] = [];
      helper.on("content", (delta) => void deltas.push(delta));
      const answer = await helper.finalChatCompletion();
      expect(deltas.length).toBeGreaterThan(2);
      expect(answer.choices[0]?.message.content).toBe(deltas.join(""));
      expect(answer.usage?.total_tokens).toBeGreaterThan(0);
    });

    test("a tool loop of two turns", async () => {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "How is the weather?" }];
      const request = { model: setup().models.openai, messages, tools: [weatherTool] };
      const asked = await connect().chat.completions.create(request);
      const [call] = asked.choices[0]?.message.tool_calls ?? [];
      if (asked.choices[0]?.finish_reason !== "tool_calls" || call?.type !== "function")
        throw new Error("no call came");
      expect(JSON.parse(call.function.arguments)).toEqual(WEATHER);
      messages.push(asked.choices[0].message, { role: "tool", tool_call_id: call.id, content: "sunny, 25 °C" });
      const told = await connect().chat.completions.create(request);
      expect(told.choices[0]?.message.content).toBe("The tool said “sunny, 25 °C”.");
    });

    test("the tool runner runs a streamed loop by itself", async () => {
      const seen: string[] = [];
      const runner = connect().chat.completions.runTools({
        ...question("How is the weather?"),
        stream: true,
        tools: [
          {
            type: "function",
            function: {
              ...weatherTool.function,
              parse: JSON.parse,
              function: (input: typeof WEATHER) => {
                seen.push(input.city);
                return "stormy";
              },
            },
          },
        ],
      });
      expect(await runner.finalContent()).toBe("The tool said “stormy”.");
      expect(seen).toEqual([WEATHER.city]);
    });

    test("parallel calls arrive apart, however they are streamed", async () => {
      const calls = [
        { name: "weather", arguments: { city: "Ulm" } },
        { name: "weather", arguments: { city: "Köln" } },
      ];
      setup().provider.script({ calls });
      const answer = await connect()
        .chat.completions.stream({ ...question("both, please"), tools: [weatherTool] })
        .finalChatCompletion();
      const found = answer.choices[0]?.message.tool_calls ?? [];
      expect(found.map((call) => JSON.parse(call.type === "function" ? call.function.arguments : ""))).toEqual(
        calls.map((call) => call.arguments),
      );
      expect(new Set(found.map((call) => call.id)).size).toBe(2);
    });

    test("a structured answer fits its schema", async () => {
      const json_schema = { name: "weather", strict: true, schema: WEATHER_SCHEMA };
      const answer = await connect().chat.completions.parse({
        ...question("the weather as JSON"),
        response_format: { type: "json_schema", json_schema },
      });
      expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toEqual({ ...WEATHER, days: expect.any(Number) });
    });

    test("an image reaches the model", async () => {
      const image = { type: "image_url" as const, image_url: { url: `data:image/png;base64,${PNG_BASE64}` } };
      const answer = await connect().chat.completions.create({
        model: setup().models.openai,
        messages: [{ role: "user", content: [{ type: "text", text: "What is this?" }, image] }],
      });
      expect(answer.choices[0]?.message.content).toContain("1 image: 1 image/png");
    });

    test("old completions, whole and streamed", async () => {
      const request = { model: setup().models.openai, prompt: "hello" };
      const whole = await connect().completions.create(request);
      expect(whole.choices[0]?.text).toContain("“hello”");
      const chunks = await collect(await connect().completions.create({ ...request, stream: true }));
      expect(chunks.map((chunk) => chunk.choices[0]?.text ?? "").join("")).toBe(whole.choices[0]?.text);
    });

    test("embeddings are the same vectors as floats and as the SDK's own base64", async () => {
      const request = { model: setup().models.embedding, input: ["one", "two"], dimensions: 16 };
      const packed = await connect().embeddings.create(request);
      const plain = await connect().embeddings.create({ ...request, encoding_format: "float" });
      expect(packed.data.map((item) => item.embedding.length)).toEqual([16, 16]);
      expect(packed.data.map((item) => item.embedding)).toEqual(plain.data.map((item) => item.embedding));
      expect(packed.usage.prompt_tokens).toBeGreaterThan(0);
    });

    test("the list of models names the model", async () => {
      const models = await collect(await connect().models.list());
      expect(models.map((model) => model.id)).toContain(setup().models.openai);
    });
  });
}
