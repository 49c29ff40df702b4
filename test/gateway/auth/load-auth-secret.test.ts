import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadAuthSecret } from "../../../src-gateway/auth/load-auth-secret.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const isWindows = process.platform === "win32";

describe("the secret that keys the hashes", () => {
  let folder = "";
  const log = recordingLogger();
  const load = (authSecret: string | null = null) =>
    loadAuthSecret({ authSecret, dataDir: join(folder, "state"), log });
  const path = () => join(folder, "state", "auth_secret");
  const modeOf = (file: string): number => statSync(file).mode & 0o777;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gateway-secret-"));
    log.lines.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is the operator's when there is one, and then no file is made", async () => {
    expect(await load("chosen")).toBe("chosen");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is made once, for its owner alone, and stays", async () => {
    const secret = await load();
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    expect(await load()).toBe(secret);
    expect(readdirSync(join(folder, "state"))).toEqual(["auth_secret"]);
    expect(log.lines).toEqual([]);
  });

  it.skipIf(isWindows)("is kept in a private file of a private folder (needs file modes)", async () => {
    await load();
    expect([modeOf(join(folder, "state")), modeOf(path())]).toEqual([0o700, 0o600]);
  });

  it("is the same for all who start at the same moment", async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => load()));
    expect(new Set(secrets).size).toBe(1);
    expect(readdirSync(join(folder, "state"))).toEqual(["auth_secret"]);
  });

  it.skipIf(isWindows)("is made private again, and the log says so (needs file modes)", async () => {
    const secret = await load();
    chmodSync(path(), 0o644);
    expect(await load()).toBe(secret);
    expect(modeOf(path())).toBe(0o600);
    expect(log.text()).toContain("private again");
    expect(log.text()).not.toContain(secret);
  });

  it("is never replaced when its file is damaged: all keys would be lost", async () => {
    await load();
    writeFileSync(path(), "short\n");
    await expect(load()).rejects.toThrow(/does not hold a whole secret\. Restore it/);
    expect(readFileSync(path(), "utf8")).toBe("short\n");
  });
});
