import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { createSealer } from "../../../src-gateway/secrets/sealer.ts";
import { createSecretResolver } from "../../../src-gateway/secrets/secret-resolver.ts";
import { createSecretStore } from "../../../src-gateway/secrets/secret-store.ts";
import type { SecretStore } from "../../../src-gateway/secrets/types.ts";
import type { ConfigurationSettings } from "../../../src-gateway/settings/configuration-settings.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases, describeOnSqlite, type TestDatabase } from "../../suites/store.suite.ts";

const VALUE = "sk-planted-0123456789abcdef";
const key = (): Buffer => randomBytes(32);

const storeOf = (
  database: TestDatabase,
  store: Store,
  secrets: Partial<ConfigurationSettings["secrets"]> = {},
): SecretStore =>
  createSecretStore({
    settings: {
      source: "file",
      allowMetadataAddresses: false,
      secrets: { store: "file", key: null, previousKey: null, ...secrets },
    },
    dataDir: database.folder,
    store,
    clock: systemClock,
  });

describe("a sealed value", () => {
  it("opens under its own name with its own key, and nothing else", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), fc.string(), fc.nat(), (value, name, other, flip) => {
        const [one, two] = [key(), key()];
        const sealed = createSealer([one]).seal(name, value);
        expect(createSealer([one]).open(name, sealed)).toEqual({ value, isCurrent: true });
        expect(createSealer([two, one]).open(name, sealed)).toEqual({ value, isCurrent: false });
        expect(createSealer([two]).open(name, sealed)).toBeNull();
        expect(createSealer([one]).open(`${other}${name}x`, sealed)).toBeNull();
        const data = Buffer.from(sealed.split(".")[2] ?? "", "base64url");
        const at = flip % data.length;
        data[at] = (data[at] ?? 0) ^ 1;
        const changed = [...sealed.split(".").slice(0, 2), data.toString("base64url")].join(".");
        expect(createSealer([one]).open(name, changed)).toBeNull();
      }),
      { numRuns: 50 },
    );
  });
});

describeOnBothDatabases("the secret store", (database) => {
  it("gives back what was kept, lists names only, and forgets what is removed", async () => {
    const store = await database.open();
    const kept = storeOf(database, store, { store: "database", key: { bytes: key() } });
    expect(await kept.list()).toEqual([]);
    expect(await kept.put("openai", VALUE)).toMatchObject({ name: "openai", place: "database" });
    const before = await kept.version();
    await kept.put("openai", `${VALUE}-2`);
    expect(await kept.version()).not.toBe(before);
    expect(await kept.read("openai")).toBe(`${VALUE}-2`);
    expect(JSON.stringify(await kept.list())).not.toContain("planted");
    expect(JSON.stringify(await store.db.selectFrom("sealed_secrets").selectAll().execute())).not.toContain("planted");
    expect(await kept.remove("openai")).toBe(true);
    expect(await kept.remove("openai")).toBe(false);
    expect(await kept.read("openai")).toBeNull();
  });

  it("needs a key that replicas can share, and seals anew when that is changed", async () => {
    const store = await database.open();
    const [old, now] = [key(), key()];
    await expect(storeOf(database, store, { store: "database" }).put("a", VALUE)).rejects.toThrow(
      "TOKLIGENCE_SECRET_KEY",
    );
    await storeOf(database, store, { store: "database", key: { bytes: old } }).put("a", VALUE);
    const stranger = storeOf(database, store, { store: "database", key: { bytes: now } });
    await expect(stranger.read("a")).rejects.toThrow("sealed with another key");
    expect(stranger.state()).toMatchObject({ kind: "database", state: "failed" });
    const changed = storeOf(database, store, { store: "database", key: { bytes: now }, previousKey: { bytes: old } });
    expect(await changed.read("a")).toBe(VALUE);
    expect(await stranger.read("a")).toBe(VALUE);
    expect(stranger.state()).toEqual({ kind: "database", state: "open", problem: null });
    const keyless = storeOf(database, store, { store: "database" });
    await expect(keyless.read("a")).rejects.toThrow("TOKLIGENCE_SECRET_KEY");
    expect(keyless.state()).toMatchObject({
      state: "missing",
      problem: expect.stringContaining("TOKLIGENCE_SECRET_KEY"),
    });
  });
});

describeOnSqlite("the secret store in a file", (database) => {
  it.skipIf(process.platform === "win32")("makes its own key, for its owner only (needs POSIX)", async () => {
    const kept = storeOf(database, await database.open());
    await Promise.all(["a", "b", "c"].map((name) => kept.put(name, `${VALUE}-${name}`)));
    expect((await kept.list()).map(({ name, place }) => [name, place])).toEqual([
      ["a", "file"],
      ["b", "file"],
      ["c", "file"],
    ]);
    const again = storeOf(database, await database.open());
    expect(await again.read("b")).toBe(`${VALUE}-b`);
    for (const name of ["secrets.json", "secret_key"]) {
      const path = join(database.folder, name);
      expect(statSync(path).mode & 0o077).toBe(0);
      expect(readFileSync(path, "utf8")).not.toContain("planted");
    }
    expect(readdirSync(database.folder).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("takes the file where no keychain answers, unless the keychain is asked for", async (context) => {
    if (process.platform !== "linux" || process.env["DBUS_SESSION_BUS_ADDRESS"])
      return context.skip("this machine may have a keychain that answers (needs Linux without a session bus)");
    const store = await database.open();
    expect(await storeOf(database, store, { store: "auto" }).put("a", VALUE)).toMatchObject({ place: "file" });
    await expect(storeOf(database, store, { store: "keychain" }).put("b", VALUE)).rejects.toThrow(
      "no keychain answers here",
    );
  });

  it("refuses names and values that cannot be meant, without repeating them", async () => {
    const kept = storeOf(database, await database.open());
    for (const name of ["", "a/b", "../x", VALUE, "x".repeat(101)])
      await expect(kept.put(name, "value")).rejects.toMatchObject({ code: "invalid_request" });
    for (const value of ["", "  ", `${VALUE}\0`, "x".repeat(20_001)]) {
      const thrown: unknown = await kept.put("name", value).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: "invalid_request" });
      expect(String(thrown)).not.toContain("planted");
    }
    expect(await kept.list()).toEqual([]);
  });

  it("is where secret:NAME is resolved, and says so when it is not there", async () => {
    const kept = storeOf(database, await database.open());
    const resolver = createSecretResolver({ env: {}, store: kept });
    await expect(resolver.resolve({ source: "secret", name: "openai" })).rejects.toThrow(
      "secret:openai is not in the secret store",
    );
    await kept.put("openai", VALUE);
    expect(await resolver.resolve({ source: "secret", name: "openai" })).toBe(VALUE);
  });

  it("does not make a new key in place of one that was damaged", async () => {
    const kept = storeOf(database, await database.open());
    await kept.put("a", VALUE);
    writeFileSync(join(database.folder, "secret_key"), "short\n");
    await expect(storeOf(database, await database.open()).read("a")).rejects.toThrow("holds no whole key");
  });
});
