import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createScrub } from "../../../src-gateway/support/scrub.ts";
import { startTestGateway } from "../../support/gateway.ts";

const SECRET = "Zx9planted-secret-value-000111222";
const PLANTED = /planted|Nina|Petrova|nina@|Moonbase|sesame|hello prompt/i;

it("holds what helps, and no secret, name, address or prompt, wherever they were planted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "support-"));
  const logFile = join(folder, "gateway.log");
  const config = {
    providers: [
      {
        id: "away",
        kind: "openai-compatible",
        base_url: "http://127.0.0.1:9",
        credential: "env:AWAY_KEY",
        headers: { "x-note": "planted header" },
        models: ["m"],
      },
    ],
    aliases: { nina: "m" },
  };
  const gateway = await startTestGateway({
    config,
    env: {
      AWAY_KEY: SECRET,
      TOKLIGENCE_LOG_LEVEL: "info",
      TOKLIGENCE_LOG_FILE: logFile,
      TOKLIGENCE_ADMIN_EMAIL: "nina@planted.example",
      TOKLIGENCE_HTTPS_PROXY: "http://nina:open-sesame@proxy.company.example:3128",
      TOKLIGENCE_MAX_ATTEMPTS: "1",
    },
  });
  try {
    const call = (method: string, path: string, body?: unknown) =>
      fetch(gateway.url + path, {
        method,
        headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    await call("POST", "/api/v1/admin/users", { email: "n.petrova@planted.example", displayName: "Nina Petrova" });
    await call("POST", "/api/v1/admin/teams", { name: "Moonbase" });
    await call("POST", "/v1/chat/completions", { model: "m", messages: [{ role: "user", content: "hello prompt" }] });
    await gateway.exchanges(1);
    appendFileSync(
      logFile,
      [
        `{"msg":"called with ${SECRET}"}`,
        '{"msg":"unknown Q7plantedq8Randomw9Tokenx0Valuey1"}',
        '{"msg":"Nina Petrova <n.petrova@planted.example> of Moonbase","at":"here"}',
        '{"msg":"GET https://nina:open-sesame@x.example/a?key=planted"}',
        "",
      ].join("\n"),
    );
    const reply = await call("GET", "/api/v1/support-bundle");
    expect(reply.status).toBe(200);
    const { content, sections } = (await reply.json()) as { content: string; sections: { name: string }[] };
    expect(content.match(PLANTED)).toBeNull();
    expect(content).not.toContain(homedir() === "/" ? "\0" : `${homedir()}/`);
    const bundle = JSON.parse(content) as Record<string, never>;
    expect(Object.keys(bundle)).toEqual(sections.map(({ name }) => name));
    expect(bundle["configuration"]).toMatchObject({
      document: { providers: [{ id: "away", credential: "env:AWAY_KEY", headers: { "x-note": "[hidden]" } }] },
    });
    expect(bundle["errors"]).toMatchObject([{ provider: "away", outcome: "failed", surface: "chat" }]);
    expect(bundle["settings"]).toContainEqual(expect.objectContaining({ key: "max_attempts", value: "1" }));
    expect(JSON.stringify(bundle["log"])).toContain("the gateway listens");
    expect(JSON.stringify(bundle["storage"])).toMatch(/"ledgerBytes":\d{4,}/);
  } finally {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  }
});

it("takes names as words, and leaves what is no secret", () => {
  const scrub = createScrub({
    redact: (text) => text,
    names: ["Ann", "张伟", "C++ (team)"],
    homes: ["/folder/of/ann"],
  });
  expect(scrub.text("Ann's Annotated plan for 张伟, C++ (team)")).toBe("[name]'s Annotated plan for [name], [name]");
  expect(scrub.text("/folder/of/ann/x and https://u:p@h.example/a?b=c#d")).toBe("~/x and https://h.example/a");
  expect(scrub.line("req_01ABCDEF0123456789ABCDEF01 took 12 ms")).toContain("req_01ABCDEF0123456789ABCDEF01");
  expect(scrub.line("token a1b2c3d4e5f6a7b8c9d0e1f2a3b4")).toBe("token [hidden]");
  expect(
    scrub.value({ api_key: "x", credential: "env:KEY", client_secret: "env:OTHER", n: 3, list: [null, true] }),
  ).toEqual({
    api_key: "[hidden]",
    credential: "env:KEY",
    client_secret: "env:OTHER",
    n: 3,
    list: [null, true],
  });
});
