import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { always, type GetSetup } from "./setup.ts";

/** What went wrong must reach a program as the error class that its SDK has for it. */
export function errorCases(setup: GetSetup): void {
  const callOpenai = async (change: { apiKey?: string; model?: string } = {}) => {
    const client = new OpenAI({ ...setup().openai, maxRetries: 0, ...(change.apiKey && { apiKey: change.apiKey }) });
    const model = change.model ?? setup().models.openai;
    return failureOf(client.chat.completions.create({ model, messages: [{ role: "user", content: "hello" }] }));
  };
  const callResponses = async (change: { model?: string } = {}) => {
    const client = new OpenAI({ ...setup().openai, maxRetries: 0 });
    return failureOf(client.responses.create({ model: change.model ?? setup().models.openai, input: "hello" }));
  };
  const callAnthropic = async (change: { apiKey?: string; model?: string } = {}) => {
    const client = new Anthropic({
      ...setup().anthropic,
      maxRetries: 0,
      ...(change.apiKey && { apiKey: change.apiKey }),
    });
    const model = change.model ?? setup().models.anthropic;
    return failureOf(client.messages.create({ model, max_tokens: 16, messages: [{ role: "user", content: "hello" }] }));
  };
  const callGoogle = async (change: { apiKey?: string; model?: string } = {}) => {
    const { baseUrl, apiKey } = { ...setup().google, ...change };
    const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
    return failureOf(
      client.models.generateContent({ model: change.model ?? setup().models.gemini, contents: "hello" }),
    );
  };

  describe("errors", () => {
    test("a wrong key is an authentication error", async () => {
      expect(await callOpenai({ apiKey: "wrong" })).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(await callAnthropic({ apiKey: "wrong" })).toBeInstanceOf(Anthropic.AuthenticationError);
      const google = await callGoogle({ apiKey: "wrong" });
      expect(google).toBeInstanceOf(ApiError);
      // Google itself says 400.
      expect([400, 401]).toContain((google as ApiError).status);
    });

    test("an unknown model is not found", async () => {
      const model = "missing-model";
      const openai = await callOpenai({ model });
      expect(openai).toBeInstanceOf(OpenAI.NotFoundError);
      expect((openai as InstanceType<typeof OpenAI.NotFoundError>).code).toBe("model_not_found");
      expect(await callResponses({ model })).toBeInstanceOf(OpenAI.NotFoundError);
      expect(await callAnthropic({ model })).toBeInstanceOf(Anthropic.NotFoundError);
      expect(await callGoogle({ model })).toMatchObject({ status: 404, message: expect.stringContaining("NOT_FOUND") });
    });

    test("a provider's failure is a server error", async () => {
      for (const call of [callOpenai, callResponses]) {
        setup().provider.script(...always({ status: 500 }));
        expect(await call()).toBeInstanceOf(OpenAI.InternalServerError);
        setup().provider.reset();
      }
      setup().provider.script(...always({ status: 500 }));
      expect(await callAnthropic()).toBeInstanceOf(Anthropic.InternalServerError);
      const google = await callGoogle();
      expect(google).toBeInstanceOf(ApiError);
      expect((google as ApiError).status).toBeGreaterThanOrEqual(500);
    });

    test("an error in the middle of a stream is not the end of an answer", async () => {
      setup().provider.script(...always({ errorAt: 4 }));
      const openai = new OpenAI({ ...setup().openai, maxRetries: 0 });
      const messages = [{ role: "user" as const, content: "hello" }];
      const chat = openai.chat.completions.stream({ model: setup().models.openai, messages });
      expect(await failureOf(chat.finalChatCompletion())).toBeInstanceOf(OpenAI.OpenAIError);
      const anthropic = new Anthropic({ ...setup().anthropic, maxRetries: 0 });
      const stream = anthropic.messages.stream({ model: setup().models.anthropic, max_tokens: 16, messages });
      expect(await failureOf(stream.finalMessage())).toBeInstanceOf(Anthropic.AnthropicError);
    });

    test("a rate limit is one, with the time to wait", async () => {
      setup().provider.script(...always({ status: 429, headers: { "retry-after": "1" } }));
      const openai = await callOpenai();
      expect(openai).toBeInstanceOf(OpenAI.RateLimitError);
      expect((openai as InstanceType<typeof OpenAI.RateLimitError>).headers.get("retry-after")).toBe("1");
      expect(await callResponses()).toBeInstanceOf(OpenAI.RateLimitError);
      const anthropic = await callAnthropic();
      expect(anthropic).toBeInstanceOf(Anthropic.RateLimitError);
      expect((anthropic as InstanceType<typeof Anthropic.RateLimitError>).headers.get("retry-after")).toBe("1");
      const message = expect.stringContaining("RESOURCE_EXHAUSTED");
      expect(await callGoogle()).toMatchObject({ status: 429, message });
    });
  });
}

/** The error of a call that must fail. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("The call succeeded and should have failed.");
}
