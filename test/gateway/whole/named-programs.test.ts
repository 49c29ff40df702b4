/** Who may make the gateway run a program of their choice: nobody who is not on its machine. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AdminClient, createAdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { controlSocketPath } from "../../../src-gateway/admin-api/control-socket.ts";
import { createTransport } from "../../../src-gateway/cli/transport.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { rootClient } from "../admin-api/admin-client.ts";

const HOOK = { name: "h", events: ["gateway.user.*"], script: "/bin/true" };
const WEBHOOK = { name: "w", events: ["*"], webhook: "https://alerts.example.com/x", secret: "env:HOOK_SECRET" };
const FIRST = "aliases: {a: m}\nhooks:\n  - {name: h, events: [gateway.user.*], script: /bin/true, args: [a]}\n";

let gateway: TestGateway;
let remote: AdminClient;
let local: AdminClient;
beforeEach(async () => {
  gateway = await startTestGateway({ config: FIRST, env: { TOKLIGENCE_HOOKS_ENABLED: "true" } });
  remote = rootClient(gateway);
  local = createAdminClient(createTransport({ socketPath: controlSocketPath(gateway.dataDir) }), ENDPOINTS);
});
afterEach(() => gateway.stop());

const onDisk = (): string => readFileSync(gateway.configFile, "utf8");
const refusal = { status: 403, code: "forbidden", message: expect.stringContaining("on the gateway's own machine") };
const at = (...path: (string | number | Record<string, string>)[]) => ["hooks", ...path];

describe("a program that the gateway runs", () => {
  it("is not named, changed or moved over the network, not even by the root administrator", async () => {
    const edits = [
      { op: "set" as const, path: at({ name: "h" }, "script"), value: "/tmp/mine" },
      { op: "set" as const, path: at({ name: "h" }, "args"), value: ["b"] },
      { op: "set" as const, path: at({ name: "h" }, "env"), value: ["SECRET_OF_THE_GATEWAY"] },
      { op: "set" as const, path: at({ name: "h" }, "events"), value: ["*"] },
      { op: "insert" as const, path: at(1), value: { ...HOOK, name: "second" } },
      { op: "remove" as const, path: at({ name: "h" }) },
      { op: "set" as const, path: ["hooks"], value: [{ ...HOOK, script: "/tmp/mine" }] },
    ];
    for (const edit of edits) {
      await expect(remote.call("editConfig", { body: { operations: [edit] } })).rejects.toMatchObject(refusal);
      const check = { query: { check: true }, body: { operations: [edit] } };
      await expect(remote.call("editConfig", check)).rejects.toMatchObject(refusal);
    }
    expect(onDisk()).toBe(FIRST);
    expect((await remote.call("listConfigRevisions")).items).toHaveLength(1);
  });

  it("is not smuggled in by the way that a text is written", async () => {
    const { revision } = await remote.call("getConfigDocument");
    const spellings = [
      `{"hooks": [{"name": "h", "events": ["*"], "scri\\u0070t": "/tmp/mine"}]}`,
      "%YAML 1.1\n---\nhooks:\n  - <<: {script: /tmp/mine}\n    name: h\n    events: ['*']\n",
      "hooks:\n  - name: h\n    events: ['*']\n    ? script\n    : /tmp/mine\n",
      "hooks: !!omap\n  - {name: h, events: ['*'], script: /tmp/mine}\n",
      "hooks: &x\n  - {name: h, events: ['*'], script: !!str /tmp/mine}\n",
    ];
    for (const text of spellings) {
      const change = remote.call("putConfigDocument", { body: { text, revision: revision?.id ?? 0 } });
      // Some of these are no configuration at all, which is as good.
      await expect(change).rejects.toMatchObject({ status: expect.toSatisfy((each) => each === 400 || each === 403) });
    }
    expect(onDisk()).toBe(FIRST);
  });

  it("does not come back over the network by a rollback", async () => {
    writeFileSync(gateway.configFile, "aliases: {a: m}\n");
    await expect.poll(async () => (await remote.call("getConfigDocument")).revision?.id).toBe(2);
    await expect(remote.call("rollbackConfig", { body: { to: 1 } })).rejects.toMatchObject(refusal);
    expect((await local.call("rollbackConfig", { body: { to: 1 } })).applied).toBe(true);
    expect(onDisk()).toBe(FIRST);
  });

  it("is named on the gateway's own machine, and everything else over the network", async () => {
    const operations = [{ op: "insert" as const, path: at(1), value: { ...HOOK, name: "second" } }];
    expect((await local.call("editConfig", { body: { operations } })).applied).toBe(true);
    expect(onDisk()).toContain("second");
    const others = [
      { op: "set" as const, path: ["aliases", "b"], value: "n" },
      { op: "insert" as const, path: at(0), value: WEBHOOK },
    ];
    expect((await remote.call("editConfig", { body: { operations: others } })).applied).toBe(true);
    expect(onDisk()).toContain("alerts.example.com");
  });

  it("is not named by those who come in because nobody has to show a key", async () => {
    await gateway.stop();
    gateway = await startTestGateway({ config: FIRST, env: { TOKLIGENCE_AUTH_DISABLED: "true" } });
    const operations = [{ op: "set" as const, path: at({ name: "h" }, "script"), value: "/tmp/mine" }];
    await expect(rootClient(gateway).call("editConfig", { body: { operations } })).rejects.toMatchObject(refusal);
  });
});
