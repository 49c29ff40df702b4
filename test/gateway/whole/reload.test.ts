import { writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});
async function start(
  config: (urls: string[]) => object,
): Promise<{ gateway: TestGateway; a: RawProvider; b: RawProvider }> {
  const [a, b] = [await startRawProvider(), await startRawProvider()];
  const gateway = await startTestGateway({ config: config([a.url, b.url]) });
  stops.push(
    () => a.stop(),
    () => b.stop(),
    () => gateway.stop(),
  );
  return { gateway, a, b };
}
const answer = (text: string) =>
  json({ model: "m", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: text } }] });
const provider = (id: string, url: string) => ({ id, kind: "openai-compatible", base_url: `${url}/v1`, models: [id] });

describe("a change of gateway.yaml", () => {
  it("is in force within a second, and open streams go on where they were", async () => {
    const { gateway, a, b } = await start(([first = "", second = ""]) => ({
      providers: [provider("a", first), provider("b", second)],
      aliases: { now: "a" },
    }));
    const ends: (() => void)[] = [];
    a.respond = (request, response) => {
      if (!request.body.includes('"stream"'))
        return json({ error: { message: "the old one" } }, 400)(request, response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"model":"a","choices":[{"index":0,"delta":{"content":"x"}}]}\n\n');
      ends.push(() => response.end("data: [DONE]\n\n"));
    };
    b.respond = answer("from b");
    const streams = await Promise.all(
      Array.from({ length: 20 }, () =>
        gateway.post("/v1/chat/completions", { model: "now", messages: [], stream: true }),
      ),
    );
    expect(streams.every((reply) => reply.status === 200)).toBe(true);

    writeFileSync(gateway.configFile, JSON.stringify({ providers: [provider("b", b.url)], aliases: { now: "b" } }));
    const changedAt = performance.now();
    await expect
      .poll(async () => (await gateway.post("/v1/chat/completions", { model: "now", messages: [] })).status, {
        timeout: 5_000,
        interval: 20,
      })
      .toBe(200);
    expect(performance.now() - changedAt).toBeLessThan(2_000);
    // The provider that was taken out still finishes what it had begun.
    for (const end of ends) end();
    const texts = await Promise.all(streams.map((reply) => reply.text()));
    expect(texts.every((text) => text.endsWith("data: [DONE]\n\n"))).toBe(true);
  });

  it("is refused when it is wrong, said so, and the last good one goes on", async () => {
    const { gateway, a } = await start(([first = ""]) => ({ providers: [provider("a", first)] }));
    a.respond = answer("still here");
    writeFileSync(gateway.configFile, "providers:\n  - id: a\n    kind: opnai\n");
    const status = async () =>
      (await (
        await fetch(`${gateway.url}/api/v1/status`, { headers: { authorization: `Bearer ${gateway.key}` } })
      ).json()) as { configProblem: string | null };
    await expect
      .poll(async () => (await status()).configProblem, { timeout: 5_000, interval: 20 })
      .toMatch(/gateway\.yaml:3: .*opnai.*openai/);
    expect((await gateway.post("/v1/chat/completions", { model: "a", messages: [] })).status).toBe(200);
    writeFileSync(gateway.configFile, JSON.stringify({ providers: [provider("a", a.url)], aliases: { again: "a" } }));
    await expect.poll(async () => (await status()).configProblem, { timeout: 5_000, interval: 20 }).toBeNull();
    expect((await gateway.post("/v1/chat/completions", { model: "again", messages: [] })).status).toBe(200);
  });
});
