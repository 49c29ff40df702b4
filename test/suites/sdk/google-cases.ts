import { type Content, FunctionCallingConfigMode, type GenerateContentConfig, GoogleGenAI } from "@google/genai";
import { describe, expect, test } from "vitest";
import { collect, type GetSetup, PNG_BASE64, WEATHER, WEATHER_SCHEMA } from "./setup.ts";

const weatherTools: GenerateContentConfig = {
  tools: [
    {
      functionDeclarations: [
        { name: "weather", description: "Tells the weather.", parametersJsonSchema: WEATHER_SCHEMA },
      ],
    },
  ],
};

/** generateContent, token counts, embeddings and models through Google's SDK. */
export function googleCases(setup: GetSetup): void {
  const connect = () => {
    const { baseUrl, apiKey } = setup().google;
    return new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  };
  const isForeign = (): boolean => (setup().providerWire ?? "gemini-content") !== "gemini-content";
  const question = (contents: Content[] | string) => ({ model: setup().models.gemini, contents });

  describe("google generateContent", () => {
    test("a whole answer with the provider's usage", async () => {
      const answer = await connect().models.generateContent(question("hello"));
      expect(answer.text).toContain("You said “hello” – noted ✓");
      expect(answer.candidates?.[0]?.finishReason).toBe("STOP");
      const reported = setup().provider.requests.at(-1)?.usageReported;
      expect(answer.usageMetadata?.cachedContentTokenCount).toBe(reported?.cacheRead);
      expect(answer.usageMetadata?.thoughtsTokenCount ?? 0).toBe(reported?.reasoning);
    });

    test("a stream of pieces, the last with the reason", async () => {
      const pieces = await collect(await connect().models.generateContentStream(question("hello")));
      expect(pieces.length).toBeGreaterThan(2);
      expect(pieces.map((piece) => piece.text ?? "").join("")).toContain("noted ✓, and 你好");
      expect(pieces.at(-1)?.candidates?.[0]?.finishReason).toBe("STOP");
    });

    test("a chat remembers its turns", async () => {
      const chat = connect().chats.create({ model: setup().models.gemini });
      await chat.sendMessage({ message: "first" });
      const second = await collect(await chat.sendMessageStream({ message: "second" }));
      expect(second.map((piece) => piece.text ?? "").join("")).toContain("“second”");
      if (isForeign()) return;
      expect(setup().provider.requests.at(-1)?.json).toMatchObject({
        contents: [{ role: "user" }, { role: "model" }, { role: "user" }],
      });
    });

    test("a tool loop of two turns, the call streamed", async () => {
      const contents: Content[] = [{ role: "user", parts: [{ text: "How is the weather?" }] }];
      const request = { ...question(contents), config: weatherTools };
      const pieces = await collect(await connect().models.generateContentStream(request));
      const call = pieces.flatMap((piece) => piece.functionCalls ?? [])[0];
      const turn = pieces[0]?.candidates?.[0]?.content;
      if (!call || !turn) throw new Error("no call came");
      expect(call.args).toEqual(WEATHER);
      const { id, name } = call;
      const functionResponse = { ...(id && { id }), ...(name && { name }), response: { output: "sunny, 25 °C" } };
      contents.push(turn, { role: "user", parts: [{ functionResponse }] });
      const told = await connect().models.generateContent(request);
      expect(told.text).toContain("sunny, 25 °C");
      if (isForeign()) return;
      expect(setup().provider.requests.at(-1)?.body.toString()).toContain("thoughtSignature");
    });

    test("a tool that must not be called is not", async () => {
      const toolConfig = { functionCallingConfig: { mode: FunctionCallingConfigMode.NONE } };
      const answer = await connect().models.generateContent({
        ...question("hi"),
        config: { ...weatherTools, toolConfig },
      });
      expect(answer.functionCalls).toBeUndefined();
      expect(answer.text).toContain("“hi”");
    });

    test("a structured answer fits its schema", async () => {
      const config = { responseMimeType: "application/json", responseJsonSchema: WEATHER_SCHEMA };
      const answer = await connect().models.generateContent({ ...question("the weather as JSON"), config });
      expect(JSON.parse(answer.text ?? "")).toEqual({ ...WEATHER, days: expect.any(Number) });
    });

    test("an image reaches the model", async () => {
      const parts = [{ text: "What is this?" }, { inlineData: { mimeType: "image/png", data: PNG_BASE64 } }];
      const answer = await connect().models.generateContent(question([{ role: "user", parts }]));
      expect(answer.text).toContain("1 image: 1 image/png");
    });

    test("tokens are counted without an answer", async () => {
      const count = await connect().models.countTokens(question("hello"));
      expect(count.totalTokens).toBeGreaterThan(0);
    });

    test("each text gets a vector of its own", async () => {
      const request = { model: setup().models.geminiEmbedding, contents: ["one", "two"] };
      const { embeddings } = await connect().models.embedContent({ ...request, config: { outputDimensionality: 16 } });
      expect(embeddings?.map((embedding) => embedding.values?.length)).toEqual([16, 16]);
      expect(embeddings?.[0]?.values).not.toEqual(embeddings?.[1]?.values);
    });

    test("the list of models names the model", async () => {
      const models = await collect(await connect().models.list());
      expect(models.map((model) => model.name)).toContain(`models/${setup().models.gemini}`);
    });
  });
}
