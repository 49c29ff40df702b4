/** What is between client and provider besides the conversation: names, headers and addresses. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Client,
  eventsOf,
  type Json,
  type PitfallGateway,
  startPitfallGateway,
} from "../../support/pitfall-gateway.ts";
import { user } from "../../support/pitfall-words.ts";
import { type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

const TARGETS = ["chat/gpt-4.1", "responses/gpt-5.4", "messages/claude-sonnet-4-5", "gemini/gemini-3-pro"];
const REQUESTS: readonly [Client, Json][] = [
  ["chat", { messages: [user("go")] }],
  ["messages", { max_tokens: 100, messages: [user("go")] }],
  ["responses", { input: "go" }],
  ["gemini", { contents: [{ role: "user", parts: [{ text: "go" }] }] }],
];

let house: PitfallGateway;
let elsewhere: RawProvider;
beforeAll(async () => {
  house = await startPitfallGateway();
  elsewhere = await startRawProvider();
});
afterAll(async () => {
  await house.stop();
  await elsewhere.stop();
});

describe("an address in a request", () => {
  // 113
  it("is handed on or refused, and never asked by the gateway itself", async () => {
    const url = `${elsewhere.url}/secret.png`;
    for (const model of TARGETS) {
      await house.ask("chat", model, { messages: [user([{ type: "image_url", image_url: { url } }])] });
      await house.ask("messages", model, {
        max_tokens: 100,
        messages: [
          user([
            { type: "image", source: { type: "url", url } },
            { type: "document", source: { type: "url", url } },
          ]),
        ],
      });
      await house.ask("responses", model, {
        input: [
          user([
            { type: "input_image", image_url: url },
            { type: "input_file", file_url: url },
          ]),
        ],
      });
      await house.ask("gemini", model, {
        contents: [{ role: "user", parts: [{ fileData: { fileUri: url, mimeType: "image/png" } }] }],
      });
    }
    expect(elsewhere.requests).toEqual([]);
    const { sent } = await house.ask("messages", "chat/gpt-4.1", {
      max_tokens: 100,
      messages: [user([{ type: "image", source: { type: "url", url } }])],
    });
    expect(JSON.stringify(sent)).toContain(url);
  });

  // 113
  it("that the provider answers with is not followed", async () => {
    house.answers({}, 302, { location: `${elsewhere.url}/v1/chat/completions` });
    const { reply } = await house.ask("messages", "chat/gpt-4.1", { max_tokens: 100, messages: [user("go")] });
    expect(reply.status).toBe(502);
    expect(elsewhere.requests).toEqual([]);
  });
});

describe("headers of a client", () => {
  const headers = {
    "x-forwarded-for": "10.0.0.1",
    "x-real-ip": "10.0.0.1",
    forwarded: "for=10.0.0.1",
    via: "1.1 proxy",
    cookie: "session=abc",
    "x-goog-api-key": "client-key",
    "openai-organization": "org-client",
    "x-stainless-lang": "js",
    "proxy-authorization": "Basic abc",
  };

  // 114
  it.each(REQUESTS)("say nothing of proxies and keys to a provider of any wire (%s)", async (client, body) => {
    for (const model of TARGETS) {
      const { request } = await house.ask(client, model, body, headers);
      const seen = request?.headers ?? {};
      for (const name of [
        "x-forwarded-for",
        "x-real-ip",
        "forwarded",
        "via",
        "cookie",
        "openai-organization",
        "proxy-authorization",
      ])
        expect(seen).not.toHaveProperty(name);
      expect(JSON.stringify(seen)).not.toMatch(/client-key|org-client/);
      expect(JSON.stringify(seen)).not.toContain(house.gateway.key);
      expect(JSON.stringify(seen)).toContain("sk-of-the-gateway");
    }
  });
});

describe("the name of the model", () => {
  it.each(REQUESTS)("is the client's own in every answer to it, whoever answers (%s)", async (client, body) => {
    for (const model of TARGETS) {
      const whole = await house.ask(client, model, body);
      const stream = await house.ask(client, model, { ...body, stream: true });
      const names = [JSON.parse(whole.text) as Json, ...eventsOf(stream.text)].flatMap((event) =>
        [event, event["response"], event["message"]].flatMap((object) => {
          const { model: name, modelVersion: version } = (object ?? {}) as Json;
          return [name, version].filter((said) => said !== undefined);
        }),
      );
      expect(names.length).toBeGreaterThan(1);
      expect(new Set(names)).toEqual(new Set([model]));
      const record = await house.gateway.recordOf(stream.reply);
      expect(record).toMatchObject({ modelAsked: model, modelRouted: model.split("/")[1], modelServed: "m" });
    }
  });

  it("that is another provider's goes nowhere else because of its look", async () => {
    const { request, sent } = await house.ask("chat", "chat/claude-sonnet-4-5", { messages: [user("go")] });
    expect(request?.path).toBe("/v1/chat/completions");
    expect(sent["model"]).toBe("claude-sonnet-4-5");
  });
});
