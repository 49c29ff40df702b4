import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway } from "../../support/gateway.ts";
import { json, startRawProvider } from "../../support/raw-provider.ts";
import { rootClient } from "../admin-api/admin-client.ts";

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

describe("a switch", () => {
  it("takes effect with the next request, for the user that it names", async () => {
    const provider = await startRawProvider();
    let asked = 0;
    provider.respond = (request, response) => {
      asked++;
      const message = { role: "assistant", content: "x" };
      json({ model: "m", choices: [{ index: 0, finish_reason: "stop", message }] })(request, response);
    };
    const gateway = await startTestGateway({
      config: { providers: [{ id: "p", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m"] }] },
    });
    stops.push(
      () => provider.stop(),
      () => gateway.stop(),
    );
    const client = rootClient(gateway);
    const user = await client.call("whoAmI");
    /** How often the provider is asked when a client sends the same twice. */
    const askTwice = async (content: string): Promise<number> => {
      const before = asked;
      const body = { model: "m", messages: [{ role: "user", content }] };
      await (await gateway.post("/v1/chat/completions", body)).text();
      await (await gateway.post("/v1/chat/completions", body, { "x-stainless-retry-count": "1" })).text();
      return asked - before;
    };
    const decide = (rule: object | null) =>
      client.call("updateFlag", { params: { name: "retry_join" }, body: { rule } });
    expect(await askTwice("one")).toBe(1);
    await decide({ users: { [user.id]: false } });
    expect(await askTwice("two")).toBe(2);
    await decide({ users: { [user.id + 1]: false } });
    expect(await askTwice("three")).toBe(1);
    await decide({ on: false });
    expect(await askTwice("four")).toBe(2);
    await decide(null);
    expect(await askTwice("five")).toBe(1);
    const acts = await client.call("listActs", { query: { action: "flag.*" } });
    expect(acts.items).toHaveLength(4);
    expect(acts.items[0]).toMatchObject({ before: { on: false }, after: null });
  });
});
