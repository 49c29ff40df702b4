import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { resolveInstances } from "../../../src-gateway/providers/instances.ts";
import type { ProviderInstance } from "../../../src-gateway/providers/types.ts";
import type { ProviderConfig } from "../../../src-gateway/settings/types.ts";
import { createModelDirectory } from "../../../src-gateway/upstream/model-directory.ts";
import { probeProvider } from "../../../src-gateway/upstream/probe.ts";

const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {};
const asked: string[] = [];
const server = http.createServer((request, response) => {
  const url = request.url ?? "";
  const { authorization, "x-api-key": apiKey, "x-goog-api-key": googleKey } = request.headers;
  asked.push(`${url} ${String(authorization ?? apiKey ?? googleKey)}`);
  const answer = answers[url];
  if (answer) answer(request, response);
  else response.writeHead(404).end("{}");
});
let base = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const json =
  (value: unknown, status = 200) =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
function instance(config: Partial<ProviderConfig> & { id: string; kind: string }): ProviderInstance {
  const { instances, problems } = resolveInstances(
    [{ where: "test", credential: { source: "env", name: "K" }, ...config }],
    CATALOGUE,
  );
  if (!instances[0] || problems.length > 0) throw new Error(JSON.stringify(problems));
  return instances[0];
}
const resolveSecret = async () => "sk-canary";
const directoryOf = (instances: ProviderInstance[], ttlMs = 60_000) =>
  createModelDirectory({ instances: () => instances, resolveSecret, clock: systemClock, log: silentLogger, ttlMs });

describe("the model directory", () => {
  it("reads every vendor's list, page by page, with its own form of key", async () => {
    answers["/o/v1/models"] = json({
      object: "list",
      data: [{ id: "gpt", created: 5, owned_by: "x", context_window: 100 }],
    });
    answers["/t/v1/models"] = json([{ id: "bare" }]);
    answers["/a/v1/models?limit=1000"] = json({
      data: [{ id: "c1", display_name: "C 1", created_at: "2026-01-01T00:00:00Z" }],
      has_more: true,
      last_id: "c1",
    });
    answers["/a/v1/models?limit=1000&after_id=c1"] = json({ data: [{ id: "c2" }], has_more: false });
    answers["/g/v1beta/models?pageSize=1000"] = json({
      models: [{ name: "models/g1", inputTokenLimit: 9 }],
      nextPageToken: "p/2",
    });
    answers["/g/v1beta/models?pageSize=1000&pageToken=p%2F2"] = json({ models: [{ name: "models/g2" }] });
    const directory = directoryOf([
      instance({ id: "o", kind: "openai-compatible", baseUrl: `${base}/o/v1` }),
      instance({ id: "t", kind: "together", baseUrl: `${base}/t/v1` }),
      instance({ id: "a", kind: "anthropic", baseUrl: `${base}/a`, protocols: ["anthropic-messages"] }),
      instance({ id: "g", kind: "gemini", baseUrl: `${base}/g/v1beta`, protocols: ["gemini-content"] }),
      instance({ id: "d", kind: "openai-compatible", baseUrl: `${base}/never`, models: ["declared"] }),
    ]);
    const list = await directory.list();
    expect(list.map(({ provider, id }) => `${provider}/${id}`)).toEqual([
      "o/gpt",
      "t/bare",
      "a/c1",
      "a/c2",
      "g/g1",
      "g/g2",
      "d/declared",
    ]);
    expect(list[0]).toMatchObject({ ownedBy: "x", createdAt: 5, contextTokens: 100 });
    expect(directory.providersOf("c2")).toEqual(["a"]);
    expect(asked).toContain("/a/v1/models?limit=1000 sk-canary");
    expect(asked).toContain("/o/v1/models Bearer sk-canary");
    expect(asked.join()).not.toContain("/never");
    const before = asked.length;
    await directory.list();
    expect(asked.length).toBe(before);
  });

  it("keeps what it knows when a provider fails, and does not let one hide the others", async () => {
    answers["/up/v1/models"] = json({ data: [{ id: "up" }] });
    answers["/down/v1/models"] = json({ data: [{ id: "was-there" }] });
    const directory = directoryOf(
      [
        instance({ id: "up", kind: "openai-compatible", baseUrl: `${base}/up/v1` }),
        instance({ id: "down", kind: "openai-compatible", baseUrl: `${base}/down/v1` }),
      ],
      0,
    );
    await directory.list();
    answers["/down/v1/models"] = json({ error: "x" }, 500);
    expect((await directory.list()).map(({ id }) => id)).toEqual(["up", "was-there"]);
    expect([...directory.problems()]).toEqual([["down", '"down" answered 500 when it was asked for its models']]);
  });

  it("asks a provider once at a time", async () => {
    let calls = 0;
    answers["/slow/v1/models"] = (_request, response) => {
      calls++;
      setImmediate(() => json({ data: [{ id: "s" }] })(_request, response));
    };
    const directory = directoryOf([instance({ id: "s", kind: "openai-compatible", baseUrl: `${base}/slow/v1` })]);
    await Promise.all(Array.from({ length: 20 }, () => directory.list()));
    expect(calls).toBe(1);
    expect(await directory.refresh()).toBe(false);
  });
});

describe("a probe", () => {
  const probe = (path: string, kind = "openai-compatible") =>
    probeProvider(instance({ id: "p", kind, baseUrl: base + path }), resolveSecret, 1_000);
  it("says what is there, and in words what is not", async () => {
    answers["/ok/v1/models"] = json({ data: [{ id: "a" }, { id: "b" }] });
    answers["/denied/v1/models"] = json({ error: "bad key sk-canary" }, 401);
    answers["/sick/v1/models"] = json({}, 500);
    answers["/hangs/v1/models"] = () => {};
    expect(await probe("/ok/v1")).toMatchObject({
      reachable: true,
      authenticated: true,
      models: 2,
      status: 200,
      problem: null,
    });
    const denied = await probe("/denied/v1");
    expect(denied).toMatchObject({ reachable: true, authenticated: false, status: 401 });
    expect(JSON.stringify(denied)).not.toContain("canary");
    expect((await probe("/wrong")).hint).toContain("/v1");
    expect(await probe("/sick/v1")).toMatchObject({ reachable: true, problem: "it answered 500" });
    expect((await probe("/hangs/v1")).problem).toContain("did not answer within 1000 ms");
    const gone = await probeProvider(
      instance({ id: "p", kind: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" }),
      resolveSecret,
      1_000,
    );
    expect(gone).toMatchObject({
      reachable: false,
      problem: expect.stringContaining("nothing listens at its address") as string,
    });
  });
});
