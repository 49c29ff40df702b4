import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { json, type RawProvider } from "../../support/raw-provider.ts";
import { errorOf, type SurfaceGateway, startSurfaceGateway } from "../../support/surface-gateway.ts";

let gateway: SurfaceGateway;
let provider: RawProvider;
beforeAll(async () => {
  gateway = await startSurfaceGateway();
  provider = gateway.provider;
});
afterAll(() => gateway.stop());
beforeEach(() => {
  provider.requests.length = 0;
  provider.respond = json({ ok: true });
});

/** A multipart body as clients write it, with the file in front. */
function multipart(fields: Record<string, string>, fileBytes = 10, boundary = "----b0undary"): [Buffer, string] {
  const parts = [
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`,
    Buffer.alloc(fileBytes, 0xfe),
    ...Object.entries(fields).map(
      ([name, value]) => `\r\n--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`,
    ),
    `\r\n--${boundary}--\r\n`,
  ];
  return [Buffer.concat(parts.map((part) => Buffer.from(part))), `multipart/form-data; boundary=${boundary}`];
}

describe("the provider", () => {
  const post = (path: string, body: object, headers: Record<string, string> = {}) => gateway.post(path, body, headers);

  it.each<[name: string, path: string, headers: Record<string, string>, arrived: string]>([
    ["the header x-provider", "/v1/images/generations", { "x-provider": "two" }, "/two/v1/images/generations"],
    ["provider= in the query", "/v1/images/generations?provider=two&x=1", {}, "/two/v1/images/generations?x=1"],
    ["its name in the path", "/two/v1/images/generations", {}, "/two/v1/images/generations"],
    ["its name in the path, without a version", "/two/images/generations", {}, "/two/v1/images/generations"],
    ["its name, in a project", "/p/shop/two/images/generations", {}, "/two/v1/images/generations"],
    ["its name before another version", "/two/v3/things/", {}, "/two/v3/things/"],
    ["its name before Gemini's path", "/gem/v1beta/models/x:predict", {}, "/gem/v1beta/models/x:predict"],
    ["its name before Anthropic's path", "/claude/messages/batches", {}, "/claude/v1/messages/batches"],
  ])("is decided by %s", async (_name, path, headers, arrived) => {
    const reply = await post(path, { model: "m" }, headers);
    expect(reply.status).toBe(200);
    expect(gateway.lastPath()).toBe(arrived);
    expect(provider.requests[0]?.body.toString()).toBe('{"model":"m"}');
  });

  it.each([
    ["m", "/one/v1/rerank", "m"],
    ["ears", "/one/v1/rerank", "whisper"],
    ["two/anything", "/two/v1/rerank", "anything"],
    ["rerank-v3.5", "/co/v2/rerank", "rerank-v3.5"],
  ])("is decided by the model %s in JSON", async (model, arrived, sent) => {
    const reply = await post("/v1/rerank", { query: "q", model, documents: [] });
    expect(gateway.lastPath()).toBe(arrived);
    expect(provider.requests[0]?.body.toString()).toBe(JSON.stringify({ query: "q", model: sent, documents: [] }));
    expect(await gateway.recordOf(reply)).toMatchObject({ surface: "rerank", modelAsked: model, modelRouted: sent });
  });

  it("is decided by a model in the query, which is sent under the provider's name for it", async () => {
    await gateway.call("/v1/things?a=1&model=ears&b=2");
    expect(gateway.lastPath()).toBe("/one/v1/things?a=1&model=whisper&b=2");
  });

  it.each(["whisper", "ears", "two/large"])("is decided by the model %s in a multipart body", async (model) => {
    const [body, type] = multipart({ language: "de", model }, 20_000);
    const reply = await gateway.call("/v1/audio/transcriptions", {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    expect(reply.status).toBe(200);
    const sent = model === "two/large" ? "large" : "whisper";
    expect(gateway.lastPath()).toBe(`/${model === "two/large" ? "two" : "one"}/v1/audio/transcriptions`);
    expect(provider.requests[0]?.body.equals(multipart({ language: "de", model: sent }, 20_000)[0])).toBe(true);
  });

  it("cannot be told from a model behind more than 64 KiB of file, and the error says how else", async () => {
    const [body, type] = multipart({ model: "whisper" }, 100_000);
    const reply = await gateway.call("/v1/things", { method: "POST", headers: { "content-type": type }, body });
    expect(reply.status).toBe(400);
    expect((await errorOf(reply)).message).toContain("x-provider");
    expect(provider.requests).toHaveLength(0);
  });

  it("is the only one that is known for the surface when nothing else tells", async () => {
    await gateway.call("/v1/files?limit=2");
    expect(gateway.lastPath()).toBe("/mine/v1/files?limit=2");
    await post("/v1/images/generations", { model: "a-model-of-tomorrow" });
    expect(gateway.lastPath()).toBe("/mine/v1/images/generations");
  });

  it("that nobody knows is a 404 that lists those who are there", async () => {
    for (const reply of [
      await gateway.call("/nobody/v1/things"),
      await gateway.call("/v1/things?provider=nobody"),
      await gateway.call("/v1/things", { headers: { "x-provider": "nobody" } }),
    ]) {
      expect(reply.status).toBe(404);
      expect((await errorOf(reply)).message).toMatch(/"nobody".*"one", "two", "claude"/);
      expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "refused", errorCode: "not_found", attempts: [] });
    }
  });

  it("that several could be is asked for, and an unknown model is unknown", async () => {
    const open = await gateway.call("/v1/things");
    expect([open.status, (await errorOf(open)).code]).toEqual([400, "invalid_request"]);
    const unknown = await post("/v1/things", { model: "unheard-of" });
    expect([unknown.status, (await errorOf(unknown)).code]).toEqual([404, "model_not_found"]);
    const loopback = await post("/v1/images/generations", { model: "loopback" });
    expect([loopback.status, (await errorOf(loopback)).code]).toEqual([400, "unsupported_operation"]);
    expect(provider.requests).toHaveLength(0);
  });

  it("is the next one of a route when the first is away and the body can be sent again", async () => {
    const reply = await post("/v1/images/generations", { model: "either" });
    expect(reply.status).toBe(200);
    expect(provider.requests[0]?.body.toString()).toBe('{"model":"n"}');
    const record = await gateway.recordOf(reply);
    expect(record.attempts.map(({ provider: id, errorCode }) => [id, errorCode])).toEqual([
      ["gone", "provider_unreachable"],
      ["two", null],
    ]);
  });
});
