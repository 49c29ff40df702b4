import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

describe("the loopback model through the official SDKs", () => {
  it("answers chat, whole and streamed, with usage when asked", async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
    const messages = [{ role: "user" as const, content: "Hello there 😀" }];
    const whole = await openai.chat.completions.create({ model: "loopback", messages });
    expect(whole.choices[0]?.message.content).toBe("Hello there 😀");
    expect(whole.usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 });
    const stream = openai.chat.completions.stream({
      model: "loopback",
      messages,
      stream_options: { include_usage: true },
    });
    expect(await stream.finalContent()).toBe("Hello there 😀");
    expect(await stream.totalUsage()).toMatchObject({ total_tokens: 8 });
  });

  it("answers completions and embeddings", async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
    const completion = await openai.completions.create({ model: "loopback", prompt: "Once upon" });
    expect(completion.choices[0]?.text).toBe("Once upon");
    const one = await openai.embeddings.create({ model: "loopback", input: ["a", "b"], dimensions: 8 });
    const two = await openai.embeddings.create({
      model: "loopback",
      input: "a",
      dimensions: 8,
      encoding_format: "float",
    });
    expect(one.data).toHaveLength(2);
    expect(one.data[0]?.embedding.map((x) => Math.fround(x))).toEqual(
      two.data[0]?.embedding.map((x) => Math.fround(x)),
    );
    expect(one.data[1]?.embedding).not.toEqual(one.data[0]?.embedding);
  });

  it("answers responses, whole and streamed", async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
    const whole = await openai.responses.create({ model: "loopback", input: "Hi" });
    expect(whole.output_text).toBe("Hi");
    const stream = openai.responses.stream({ model: "loopback", input: "Hi streamed world" });
    const final = await stream.finalResponse();
    expect(final.output_text).toBe("Hi streamed world");
    expect(final.usage?.output_tokens).toBeGreaterThan(0);
  });

  it("answers messages, whole and streamed, and counts tokens", async () => {
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key });
    const request = { model: "loopback", max_tokens: 100, messages: [{ role: "user" as const, content: "Bonjour" }] };
    const whole = await anthropic.messages.create(request);
    expect(whole.content[0]).toMatchObject({ type: "text", text: "Bonjour" });
    const final = await anthropic.messages.stream(request).finalMessage();
    expect(final.content[0]).toMatchObject({ type: "text", text: "Bonjour" });
    expect(final.usage).toMatchObject({ input_tokens: 2, output_tokens: 2 });
    expect((await anthropic.messages.countTokens({ model: "loopback", messages: request.messages })).input_tokens).toBe(
      2,
    );
  });

  it("answers Gemini's clients, whole, streamed, embedded and counted", async () => {
    const google = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });
    const whole = await google.models.generateContent({ model: "loopback", contents: "Ciao" });
    expect(whole.text).toBe("Ciao");
    let text = "";
    for await (const piece of await google.models.generateContentStream({ model: "loopback", contents: "Ciao bella" }))
      text += piece.text ?? "";
    expect(text).toBe("Ciao bella");
    expect((await google.models.countTokens({ model: "loopback", contents: "Ciao" })).totalTokens).toBe(1);
    const embedded = await google.models.embedContent({ model: "loopback", contents: ["x", "y"] });
    expect(embedded.embeddings).toHaveLength(2);
  });

  it("streams a JSON array to Gemini clients that do not ask for events", async () => {
    const reply = await gateway.post("/v1beta/models/loopback:streamGenerateContent", {
      contents: [{ parts: [{ text: "a b" }] }],
    });
    const list = (await reply.json()) as { candidates: { content: { parts: { text: string }[] } }[] }[];
    expect(list.map((piece) => piece.candidates[0]?.content.parts[0]?.text).join("")).toBe("a b");
  });

  it("repeats images, calls and results as text", async () => {
    const reply = await gateway.post("/v1/chat/completions", {
      model: "loopback",
      messages: [
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "c1", content: "42" },
        {
          role: "user",
          content: [
            { type: "text", text: "See" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
      ],
    });
    const json = (await reply.json()) as { choices: { message: { content: string } }[] };
    expect(json.choices[0]?.message.content).toBe("[tool result c1] 42\nSee\n[image image/png, 3 bytes]");
  });

  it("leaves exactly one completed record for each", async () => {
    const list = await gateway.exchanges(1);
    expect(new Set(list.map((exchange) => exchange.id)).size).toBe(list.length);
    expect(list.every((exchange) => exchange.outcome === "completed" && exchange.provider === "loopback")).toBe(true);
    expect(list.map((exchange) => exchange.agent)).toContain("openai-sdk/7.55.0");
  });
});
