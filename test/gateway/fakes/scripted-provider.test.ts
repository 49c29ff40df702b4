import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterEach(() => provider.reset());
afterAll(() => provider.stop());

const ask = { model: "gpt-5.4", messages: [{ role: "user", content: "hello" }] };

function chat(
  body: object,
  headers: Record<string, string> = { authorization: `Bearer ${provider.key}` },
): Promise<Response> {
  return fetch(`${provider.baseUrl("openai-chat")}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

test("a stream without the option has no usage chunk, with it every earlier chunk says null", async () => {
  const plain = await (await chat({ ...ask, stream: true })).text();
  expect(plain).not.toContain("usage");
  const counted = await (await chat({ ...ask, stream: true, stream_options: { include_usage: true } })).text();
  const chunks = counted
    .split("\n\n")
    .filter((frame) => frame.startsWith("data: {"))
    .map((frame) => JSON.parse(frame.slice(6)));
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  expect(chunks.at(-1).choices).toEqual([]);
  expect(chunks.at(-1).usage.prompt_tokens).toBeGreaterThan(chunks.at(-1).usage.prompt_tokens_details.cached_tokens);
  expect(counted.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(provider.requests).toHaveLength(2);
});

test("the key is demanded in the form of the wire", async () => {
  const refused = await chat(ask, { "x-api-key": provider.key });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ error: { code: "invalid_api_key" } });
});

test("a cut in a character leaves half of it behind", async () => {
  provider.script({ text: "plain, then 你好", cutAt: "in-character" });
  const response = await chat({ ...ask, stream: true });
  const seen: Uint8Array[] = [];
  const reading = (async () => {
    for await (const chunk of response.body ?? []) seen.push(chunk);
  })();
  await expect(reading).rejects.toThrow();
  expect(Buffer.concat(seen).at(-1)).toBe(Buffer.from("你")[0]);
});

test("a gate holds the answer until it is opened", async () => {
  const gate = provider.gate();
  provider.script({ gateAt: "before-headers", gate });
  let isAnswered = false;
  const answer = chat(ask).then((response) => {
    isAnswered = true;
    return response;
  });
  await gate.reached;
  expect(isAnswered).toBe(false);
  gate.open();
  expect((await answer).status).toBe(200);
});
