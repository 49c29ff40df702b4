import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { json, type RawProvider, stream } from "../../support/raw-provider.ts";
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

describe("a request on the straight path", () => {
  it("arrives byte for byte, whatever its method, type and bytes, and so does the answer", async () => {
    const odd = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 91) % 256));
    provider.respond = (_request, response) => {
      response.writeHead(201, { "content-type": "application/x-odd", location: "/v1/things/1", "x-secret": "no" });
      response.end(odd);
    };
    const reply = await gateway.call("/v1/things/a%20b%2Fc?z=1&a=%C3%A4&z=2&provider=one", {
      method: "PUT",
      headers: { "content-type": "application/x-odd; v=1" },
      body: odd,
    });
    const [request] = provider.requests;
    expect([request?.method, request?.path]).toEqual(["PUT", "/one/v1/things/a%20b%2Fc?z=1&a=%C3%A4&z=2"]);
    expect(request?.body.equals(odd)).toBe(true);
    expect(request?.headers).toMatchObject({ "content-type": "application/x-odd; v=1", "content-length": "1000" });
    expect([reply.status, reply.headers.get("location"), reply.headers.get("x-secret")]).toEqual([
      201,
      "/v1/things/1",
      null,
    ]);
    expect(Buffer.from(await reply.arrayBuffer()).equals(odd)).toBe(true);
    expect(await gateway.recordOf(reply)).toMatchObject({
      surface: "passthrough",
      provider: "one",
      outcome: "completed",
      bytesIn: 1000,
      bytesOut: 1000,
      status: 201,
    });
  });

  it("keeps JSON as it was spelled, and unpacks it where it was packed", async () => {
    const body = '{ "model":"m" ,"input" : [1e2, "\\u00e4"]}\n';
    await gateway.call("/v1/moderations", {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(body),
    });
    expect(provider.requests[0]?.body.toString()).toBe(body);
    expect(provider.requests[0]?.headers).not.toHaveProperty("content-encoding");
  });

  it("leaves bytes that are no JSON packed", async () => {
    const packed = gzipSync("text");
    const headers = { "content-type": "text/plain", "content-encoding": "gzip", "x-provider": "one" };
    await gateway.call("/v1/notes", { method: "POST", headers, body: packed });
    expect(provider.requests[0]?.body.equals(packed)).toBe(true);
    expect(provider.requests[0]?.headers["content-encoding"]).toBe("gzip");
  });

  it.each(["GET", "DELETE", "HEAD"])("may be a %s without a body", async (method) => {
    const reply = await gateway.call("/two/v1/things/1", { method });
    expect(reply.status).toBe(200);
    expect([provider.requests[0]?.method, gateway.lastPath()]).toEqual([method, "/two/v1/things/1"]);
    expect(await reply.text()).toBe(method === "HEAD" ? "" : '{"ok":true}');
  });
});

describe("headers", () => {
  const CLIENT = {
    cookie: "a=b",
    "x-forwarded-for": "1.2.3.4",
    forwarded: "for=1.2.3.4",
    "proxy-authorization": "Basic x",
    "x-api-key": "sk-left-over",
    "x-anything": "no",
    "openai-organization": "org",
    "openai-project": "proj",
    "openai-beta": "assistants=v2",
    "user-agent": "agent/1",
    accept: "audio/wav",
    range: "bytes=0-9",
  };

  it("reach a provider only if they are on the list", async () => {
    const reply = await gateway.call("/two/v1/things", { headers: CLIENT });
    expect(reply.status).toBe(200);
    const { host, connection, ...passed } = provider.requests[0]?.headers ?? {};
    expect(passed).toEqual({
      authorization: "Bearer sk-upstream-canary",
      "user-agent": "agent/1",
      accept: "audio/wav",
      "accept-encoding": "identity",
      "openai-beta": "assistants=v2",
      range: "bytes=0-9",
      "x-team": "blue",
      ...("accept-language" in passed ? { "accept-language": "*" } : {}),
    });
    expect([host, connection]).toHaveLength(2);
  });

  it("name OpenAI's organization and project to OpenAI alone", async () => {
    await gateway.call("/mine/v1/things", { headers: CLIENT });
    expect(provider.requests[0]?.headers).toMatchObject({ "openai-organization": "org", "openai-project": "proj" });
  });

  it("are Anthropic's own for a provider of that wire", async () => {
    await gateway.call("/claude/v1/files", { headers: { "anthropic-beta": "files-api" } });
    expect(gateway.lastPath()).toBe("/claude/v1/files");
    expect(provider.requests[0]?.headers).toMatchObject({
      "x-api-key": "sk-upstream-canary",
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "files-api",
    });
    expect(provider.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it("come back only if they are on the list", async () => {
    provider.respond = json({}, 200, {
      "set-cookie": "s=1",
      server: "x",
      etag: '"1"',
      "x-ratelimit-limit-requests": "5",
    });
    const { headers } = await gateway.call("/one/v1/things");
    expect([headers.get("set-cookie"), headers.get("server"), headers.get("etag")]).toEqual([null, null, '"1"']);
    expect(headers.get("x-ratelimit-limit-requests")).toBe("5");
    expect(headers.get("x-request-id")).toMatch(/^req_/);
  });
});

describe("what is refused", () => {
  it.each([
    ["/v1/images/generations", "POST"],
    ["/v1/files", "GET"],
    ["/v1/anything", "DELETE"],
    ["/one/v1/models", "GET"],
    ["/nobody/x", "GET"],
    ["/v1/capabilities", "GET"],
  ])("%s without a key", async (path, method) => {
    const reply = await fetch(gateway.url + path, { method, headers: { authorization: "Bearer tok_wrong" } });
    expect(reply.status).toBe(401);
    expect(JSON.stringify(await reply.json())).not.toContain('"claude"');
    expect((await fetch(gateway.url + path, { method })).status).toBe(401);
    expect(provider.requests).toHaveLength(0);
  });

  it("paths that would leave the provider's base URL", async () => {
    const { port } = new URL(gateway.url);
    const { request } = await import("node:http");
    for (const path of [
      "/one/v1/../../x",
      "/one/%2e%2e/x",
      "/one/a%2F..%2F..%2Fx",
      "/one/v1/..%5cx",
      "/v1/./x",
      "/one/\\x",
    ]) {
      const status = await new Promise((resolve, reject) => {
        const sent = request({ port, path, headers: { authorization: `Bearer ${gateway.key}`, "x-provider": "one" } });
        sent.on("response", (reply) => resolve(reply.resume().statusCode)).on("error", reject);
        sent.end();
      });
      expect([path, status]).toEqual([path, 400]);
    }
    expect(provider.requests).toHaveLength(0);
  });

  it("methods that no API has, and the gateway's own paths stay its own", async () => {
    expect((await gateway.call("/v1/files", { method: "OPTIONS" })).status).toBe(405);
    for (const path of ["/health/v1/things", "/console/x", "/api/other", "/admin/x"])
      expect([path, (await gateway.call(path)).url.includes("/health/v1/health"), provider.requests.length]).toEqual([
        path,
        false,
        0,
      ]);
    expect((await gateway.call("/health")).status).toBe(200);
  });
});

describe("an error of the provider", () => {
  it("in JSON is passed on as it is", async () => {
    const body = '{ "error" : {"message":"no such file","type":"x"}}';
    provider.respond = (_request, response) => {
      response.writeHead(404, { "content-type": "application/json", "retry-after": "3" }).end(body);
    };
    const reply = await gateway.call("/one/v1/files/f");
    expect([reply.status, await reply.text(), reply.headers.get("retry-after")]).toEqual([404, body, "3"]);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "failed", errorCode: "not_found", status: 404 });
  });

  it("in another form is worded by the gateway, in the provider's own protocol", async () => {
    provider.respond = (_request, response) => {
      response.writeHead(500, { "content-type": "text/html" }).end("<h1>Oh no</h1>");
    };
    expect(await (await gateway.call("/one/v1/x")).json()).toMatchObject({
      error: { message: "Oh no", type: "server_error" },
    });
    expect(await (await gateway.call("/claude/v1/x")).json()).toMatchObject({
      type: "error",
      error: { type: "api_error" },
    });
    expect(await (await gateway.call("/gem/v1beta/x")).json()).toMatchObject({
      error: { message: "Oh no", status: "INTERNAL" },
    });
  });

  it("about the gateway's credential is no error of the client's key", async () => {
    provider.respond = json({ error: { message: "Incorrect API key sk-upstream-canary" } }, 401);
    const reply = await gateway.call("/one/v1/files");
    expect(reply.status).toBe(502);
    const text = await reply.text();
    expect(text).toContain("provider_auth_failed");
    expect(text).not.toContain("canary");
  });

  it("of having none to ask, or no key for it, is said", async () => {
    const away = await gateway.post("/v1/images/generations", { model: "away" });
    expect([away.status, (await errorOf(away)).code]).toEqual([502, "provider_unreachable"]);
    const nokey = await gateway.call("/nokey/v1/x");
    expect([nokey.status, (await errorOf(nokey)).code]).toEqual([503, "credential_missing"]);
  });
});

describe("usage", () => {
  it.each([
    ["of rerank", { meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 21 } } }, { inputUncached: 21 }],
    [
      "that is billed",
      { meta: { billed_units: { input_tokens: 9, output_tokens: 2 } } },
      { inputUncached: 9, output: 2 },
    ],
    ["as one number", { usage: { total_tokens: 33 } }, { inputUncached: 33 }],
    [
      "of a large image",
      { data: ["x".repeat(3_000_000)], usage: { input_tokens: 4, output_tokens: 5 } },
      { output: 5 },
    ],
  ])("%s is taken from the answer", async (_name, answer, usage) => {
    provider.respond = json(answer);
    const reply = await gateway.post("/one/v1/rerank", { model: "m" });
    expect(await reply.json()).toEqual(answer);
    expect(await gateway.recordOf(reply)).toMatchObject({ usageSource: "provider", usage });
  });

  it("of a conversation that is reached by the provider's name is read as its wire says", async () => {
    const frames = [
      'event: message_start\ndata: {"type":"message_start","message":{"model":"c-1","usage":{"input_tokens":3,"cache_read_input_tokens":7,"output_tokens":1}}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":12}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    ];
    provider.respond = stream(...frames);
    const reply = await gateway.post("/claude/v1/messages", { model: "c", stream: true });
    expect(await reply.text()).toBe(frames.join(""));
    expect(await gateway.recordOf(reply)).toMatchObject({
      surface: "messages",
      stream: true,
      modelAsked: "c",
      modelServed: "c-1",
      finishReason: "end_turn",
      usage: { inputUncached: 3, cacheRead: 7, output: 12 },
    });
  });

  it.each([
    ["/one/v1/rerank", { results: [], meta: { billed_units: { search_units: 2 } } }, { requests: 2 }],
    ["/one/v1/images/generations", { data: [{ url: "u" }, { url: "u" }] }, { images: 2 }],
    ["/one/v1/audio/transcriptions", { text: "", usage: { type: "duration", seconds: 9 } }, { audioSeconds: 9 }],
  ])("of %s is counted in what its provider bills", async (path, answer, counts) => {
    provider.respond = json(answer);
    const record = await gateway.recordOf(await gateway.post(path, { model: "m" }));
    expect(record).toMatchObject({ usageSource: "provider", counts, usage: { inputUncached: 0, output: 0 } });
  });

  it("is none where the provider reports none", async () => {
    const reply = await gateway.call("/one/v1/things");
    expect(await gateway.recordOf(reply)).toMatchObject({
      usageSource: "none",
      usage: { inputUncached: 0, output: 0 },
    });
  });
});
