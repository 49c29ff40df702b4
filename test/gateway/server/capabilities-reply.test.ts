import { afterAll, beforeAll, expect, it } from "vitest";
import { SURFACES, WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import type { Capabilities } from "../../../src-gateway/server/capabilities-reply.ts";
import { matchRoute } from "../../../src-gateway/server/routes.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let gateway: TestGateway;
let text = "";
let reply: Capabilities;
beforeAll(async () => {
  gateway = await startTestGateway({
    env: { SOME_KEY: "sk-canary" },
    config: {
      providers: [
        { id: "main", kind: "openai", credential: "env:SOME_KEY" },
        { id: "own", kind: "openai-compatible", base_url: "http://127.0.0.1:1/v1", models: ["m"] },
        { id: "claude", kind: "anthropic", credential: "env:SOME_KEY", protocols: ["anthropic"] },
      ],
    },
  });
  const answer = await fetch(`${gateway.url}/v1/capabilities`, { headers: { "x-api-key": gateway.key } });
  text = await answer.text();
  reply = JSON.parse(text) as Capabilities;
});
afterAll(() => gateway.stop());

it("names every protocol and every surface, each at a path that is served so", () => {
  expect(reply.protocols).toEqual(WIRE_PROTOCOLS);
  expect(new Set(reply.surfaces.map(({ surface }) => surface))).toEqual(new Set(SURFACES));
  for (const { surface, methods, path } of reply.surfaces) {
    for (const method of methods) {
      const route = matchRoute(method, path.replace(/\{\w+\}/, "some").replace("*", "thing"));
      const served =
        route.kind === "inference" ? route.target.surface : route.kind === "passthrough" && route.route.surface;
      expect([method, path, served]).toEqual([method, path, surface]);
    }
  }
});

it("tells what each provider is known for, and claims nothing of an unknown one", () => {
  const [main, own, claude] = reply.providers;
  expect(main).toMatchObject({
    id: "main",
    kind: "openai",
    protocols: ["openai-chat", "openai-responses"],
    models: null,
  });
  expect(main?.surfaces).toEqual(
    expect.arrayContaining(["chat", "responses", "images", "audio-speech", "moderations", "files", "batches"]),
  );
  expect(own).toEqual({
    id: "own",
    kind: "openai-compatible",
    name: expect.any(String) as string,
    protocols: ["openai-chat"],
    surfaces: ["chat", "completions", "embeddings", "passthrough"],
    models: ["m"],
  });
  expect(claude?.surfaces).toEqual(["messages", "messages-count-tokens", "files", "batches", "passthrough"]);
});

it("shows no secret", () => {
  expect(text).toContain('"main"');
  expect(text).not.toContain("canary");
});

it("takes no other method", async () => {
  const answer = await gateway.post("/v1/capabilities", {});
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});
