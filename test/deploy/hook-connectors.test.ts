import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runScript } from "../../src-gateway/hooks/run-script.ts";
import { startFakeDgraph } from "../fakes/identity-mirrors/dgraph.ts";
import type { FakeMirror } from "../fakes/identity-mirrors/json-server.ts";
import { startFakeMilvus } from "../fakes/identity-mirrors/milvus.ts";
import { startFakeWeaviate } from "../fakes/identity-mirrors/weaviate.ts";

const ROLES = ["viewer", "editor", "by-hand"];
const NAME = "tgw_7";

describe.each([
  ["weaviate", () => startFakeWeaviate(ROLES)],
  ["milvus", () => startFakeMilvus(ROLES)],
  ["dgraph", () => startFakeDgraph()],
])("the connector to %s", (what, start) => {
  const path = fileURLToPath(new URL(`../../deploy/hooks/${what}.mjs`, import.meta.url));
  let target: FakeMirror;
  let keys: string;
  beforeEach(async () => {
    target = await start();
    keys = mkdtempSync(join(tmpdir(), "tokligence-keys-"));
  });
  afterEach(async () => {
    await target.stop();
    rmSync(keys, { recursive: true, force: true });
  });

  /** As the gateway runs it. */
  const tell = (
    type: string,
    metadata: object = {},
    { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
  ) => {
    const user = { email: "ada@example.com", role: "gateway_user", display_name: "Ada", status: "active", ...metadata };
    const event = {
      id: "evt_1",
      type,
      occurred_at: "",
      tenant_id: "default",
      user_id: "7",
      actor_id: "1",
      metadata: user,
    };
    return runScript({
      target: {
        kind: "script",
        path,
        args,
        passEnv: ["MIRROR_ROLES", "MIRROR_KEY_DIR", ...Object.keys(target.env)],
        setEnv: {},
      },
      body: JSON.stringify(event),
      timeoutMs: 20_000,
      env: {
        PATH: process.env["PATH"],
        MIRROR_ROLES: "gateway_user=viewer,gateway_admin=viewer+editor",
        MIRROR_KEY_DIR: keys,
        ...target.env,
        ...env,
      },
      cwd: keys,
      signal: new AbortController().signal,
    });
  };
  const rolesOf = (): string[] => [...(target.users.get(NAME)?.roles ?? [])].sort();
  const mayWork = (): boolean => target.users.get(NAME)?.active === true && rolesOf().includes("viewer");

  it("follows a user from the first day to the last", async () => {
    expect(await tell("gateway.user.provisioned")).toMatchObject({ isDelivered: true });
    expect(rolesOf()).toEqual(["viewer"]);
    await tell("gateway.user.updated", { role: "gateway_admin" });
    expect(rolesOf()).toEqual(["editor", "viewer"]);
    await tell("gateway.user.updated", { role: "gateway_user" });
    expect(rolesOf()).toEqual(["viewer"]);
    await tell("gateway.user.updated", { status: "suspended" });
    expect(mayWork()).toBe(false);
    await tell("gateway.user.updated");
    expect(mayWork()).toBe(true);
    expect(await tell("gateway.user.deleted", { status: "deleted" })).toMatchObject({ isDelivered: true });
    expect(target.users.has(NAME)).toBe(false);
    expect(readdirSync(keys)).toEqual([]);
  });

  it("changes nothing when it is told the same again, and nothing that was given by hand", async () => {
    await tell("gateway.user.provisioned");
    target.users.get(NAME)?.roles.add("by-hand");
    const changes = target.changes().length;
    await tell("gateway.user.provisioned");
    await tell("gateway.user.updated");
    expect(target.changes()).toHaveLength(changes);
    expect(rolesOf()).toEqual(["by-hand", "viewer"]);
    for (let n = 0; n < 2; n++) expect(await tell("gateway.user.deleted")).toMatchObject({ isDelivered: true });
  });

  it("only looks in a dry run", async () => {
    const outcome = await tell("gateway.user.provisioned", {}, { args: ["--dry-run"] });
    expect(outcome).toMatchObject({ isDelivered: true });
    expect(outcome.output).toContain(`dry run: make ${NAME}`);
    expect(target.changes()).toEqual([]);
    expect(readdirSync(keys)).toEqual([]);
  });

  it("keeps a new user's credential where it is wanted, and says it nowhere", async () => {
    const { output } = await tell("gateway.user.provisioned");
    const credential = target.users.get(NAME)?.credential ?? "";
    expect(credential.length).toBeGreaterThan(10);
    expect(readFileSync(join(keys, `${NAME}.key`), "utf8")).toBe(`${credential}\n`);
    expect(statSync(join(keys, `${NAME}.key`)).mode & 0o777).toBe(0o600);
    expect(output).not.toContain(credential);
    for (const secret of Object.entries(target.env).filter(([name]) => !/URL|USER/.test(name)))
      expect(output).not.toContain(secret[1]);
  });

  it("fails where it may not, cannot or does not know how, so that it is tried again", async () => {
    const secret = Object.keys(target.env).find((name) => /KEY|TOKEN|PASSWORD/.test(name)) ?? "";
    expect(await tell("gateway.user.provisioned", {}, { env: { [secret]: "wrong" } })).toMatchObject({ code: 1 });
    const url = Object.keys(target.env).find((name) => name.endsWith("_URL")) ?? "";
    const away = await tell("gateway.user.provisioned", {}, { env: { [url]: "http://127.0.0.1:2" } });
    expect(away).toMatchObject({ code: 1 });
    expect(away.output).toMatch(/cannot be reached \(ECONNREFUSED\)/);
    expect((await tell("gateway.user.provisioned", {}, { env: { MIRROR_ROLES: "" } })).output).toMatch(
      /MIRROR_ROLES is not set/,
    );
    expect(target.users.size).toBe(0);
  });

  it("has nothing to do with keys and all other events", async () => {
    expect(await tell("gateway.api_key.issued")).toMatchObject({ isDelivered: true });
    expect(await tell("gateway.started")).toMatchObject({ isDelivered: true });
    expect(target.asked).toEqual([]);
  });
});
