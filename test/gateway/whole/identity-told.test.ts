import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { newUser } from "../admin-api/admin-client.ts";

let gateway: TestGateway;
let told: RawProvider;
let untold: RawProvider;
beforeAll(async () => {
  [told, untold] = await Promise.all([startRawProvider(), startRawProvider()]);
  const instance = (id: string, { url }: RawProvider, models: string[]) => ({
    id,
    kind: "openai-compatible",
    base_url: `${url}/v1`,
    models,
  });
  gateway = await startTestGateway({
    config: {
      providers: [instance("told", told, ["m"]), instance("untold", untold, ["n"])],
      identity: [
        { providers: ["told"], send: "email", header: "X-User-Email" },
        { providers: ["told"], send: "hashed-id", field: "user" },
      ],
    },
  });
});
afterAll(() => Promise.all([gateway.stop(), told.stop(), untold.stop()]));
beforeEach(() => {
  for (const provider of [told, untold]) {
    provider.requests.length = 0;
    const message = { role: "assistant", content: "hi" };
    provider.respond = json({ id: "x", model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] });
  }
});

describe("identity: in gateway.yaml", () => {
  it("tells the providers that it names who asks, relayed, translated and on the straight path, and no other", async () => {
    const { token } = await newUser(gateway, "ada@example.com", "gateway_user");
    const headers = { authorization: `Bearer ${token}`, "x-user-email": "boss@example.com" };
    const messages = [{ role: "user", content: "hello" }];
    await gateway.post("/v1/chat/completions", { model: "m", user: "boss", messages }, headers);
    await gateway.post("/v1/messages", { model: "m", max_tokens: 9, messages }, headers);
    await gateway.post("/v1/images/generations", { model: "m", prompt: "a cat" }, headers);
    expect(told.requests).toHaveLength(3);
    const users = told.requests.map((request) => {
      expect(request.headers["x-user-email"]).toBe("ada@example.com");
      return (JSON.parse(request.body.toString()) as { user: string }).user;
    });
    expect(users).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^[0-9a-f]{32}$/)));
    expect(new Set(users).size).toBe(1);

    const body = `{ "model":"n" ,"messages":${JSON.stringify(messages)}}`;
    await gateway.post("/v1/chat/completions", body, headers);
    expect(untold.requests[0]?.body.toString()).toBe(body);
    expect(untold.requests[0]?.headers).not.toHaveProperty("x-user-email");
  });
});
