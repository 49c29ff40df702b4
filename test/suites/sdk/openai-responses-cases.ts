import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { collect, type GetSetup, PNG_BASE64, WEATHER, WEATHER_SCHEMA } from "./setup.ts";

const weatherTool = {
  type: "function" as const,
  name: "weather",
  description: "Tells the weather.",
  strict: true,
  parameters: WEATHER_SCHEMA,
};

/** Responses through OpenAI's SDK. */
export function openaiResponsesCases(setup: GetSetup): void {
  const connect = () => new OpenAI({ ...setup().openai, maxRetries: 0 });
  const question = (input: OpenAI.Responses.ResponseInput | string) => ({
    model: setup().models.openai,
    input,
    store: false,
  });

  describe("openai responses", () => {
    test("a whole answer with the provider's usage", async () => {
      const answer = await connect().responses.create(question("hello"));
      expect(answer.status).toBe("completed");
      expect(answer.output_text).toContain("You said “hello” – noted ✓");
      const reported = setup().provider.requests.at(-1)?.usageReported;
      expect(answer.usage?.output_tokens).toBe(reported?.output);
      expect(answer.usage?.output_tokens_details.reasoning_tokens).toBe(reported?.reasoning);
      expect(answer.usage?.input_tokens_details.cached_tokens).toBe(reported?.cacheRead);
    });

    test("a stream counts its events and ends with the whole response", async () => {
      const events = await collect(await connect().responses.create({ ...question("hello"), stream: true }));
      expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
      const last = events.at(-1);
      if (last?.type !== "response.completed") throw new Error(`the last event is ${last?.type}`);
      const deltas = events.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : []));
      const [item] = last.response.output;
      expect(item?.type === "message" && item.content[0]?.type === "output_text" && item.content[0].text).toBe(
        deltas.join(""),
      );
      const added = events.find((event) => event.type === "response.output_item.added");
      expect(added?.item.id).toBe(item?.id);
    });

    test("the streaming helper puts the response together", async () => {
      const helper = connect().responses.stream(question("hello"));
      const deltas: string[] = [];
      helper.on("response.output_text.delta", (event) => void deltas.push(event.delta));
      const answer = await helper.finalResponse();
      expect(deltas.length).toBeGreaterThan(2);
      expect(answer.output_text).toBe(deltas.join(""));
    });

    test("a tool loop of two turns, the call streamed", async () => {
      const request = { ...question("How is the weather?"), tools: [weatherTool] };
      const asked = await connect().responses.stream(request).finalResponse();
      const call = asked.output.find((item) => item.type === "function_call");
      if (!call) throw new Error("no call came");
      expect(JSON.parse(call.arguments)).toEqual(WEATHER);
      const told = await connect().responses.create({
        ...request,
        input: [
          { role: "user", content: "How is the weather?" },
          { type: "function_call", call_id: call.call_id, name: call.name, arguments: call.arguments },
          { type: "function_call_output", call_id: call.call_id, output: "sunny, 25 °C" },
        ],
      });
      expect(told.output_text).toBe("The tool said “sunny, 25 °C”.");
    });

    test("a structured answer fits its schema", async () => {
      const answer = await connect().responses.parse({
        ...question("the weather as JSON"),
        text: { format: { type: "json_schema", name: "weather", strict: true, schema: WEATHER_SCHEMA } },
      });
      expect(JSON.parse(answer.output_text)).toEqual({ ...WEATHER, days: expect.any(Number) });
    });

    test("an image reaches the model", async () => {
      const image_url = `data:image/png;base64,${PNG_BASE64}`;
      const image = { type: "input_image" as const, detail: "auto" as const, image_url };
      const content = [{ type: "input_text" as const, text: "What is this?" }, image];
      const answer = await connect().responses.create(question([{ role: "user", content }]));
      expect(answer.output_text).toContain("1 image: 1 image/png");
    });
  });
}
