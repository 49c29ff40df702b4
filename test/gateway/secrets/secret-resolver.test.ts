import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedactor } from "../../../src-gateway/secrets/redact.ts";
import { createSecretResolver } from "../../../src-gateway/secrets/secret-resolver.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-secrets-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a provider's key", () => {
  it("comes from the environment, and is missed by name when it is not there", async () => {
    const secrets = createSecretResolver({ env: { KEY: " sk-1 \n", EMPTY: "" } });
    expect(secrets.peek({ source: "env", name: "KEY" })).toBeUndefined();
    expect(await secrets.resolve({ source: "env", name: "KEY" })).toBe("sk-1");
    expect(secrets.peek({ source: "env", name: "KEY" })).toBe("sk-1");
    await expect(secrets.resolve({ source: "env", name: "EMPTY" })).rejects.toThrow("env:EMPTY is not set");
    await expect(secrets.resolve({ source: "env", name: "GONE" })).rejects.toThrow("env:GONE is not set");
  });

  it("comes from a file, and anew when the file changes", async () => {
    const path = join(folder, "key");
    writeFileSync(path, "first\n");
    utimesSync(path, 1, 1);
    const secrets = createSecretResolver({ env: {} });
    const ref = { source: "file", path } as const;
    expect(await secrets.resolve(ref)).toBe("first");
    writeFileSync(path, "second\n");
    await expect.poll(() => secrets.resolve(ref), { timeout: 5_000 }).toBe("second");
    await expect(secrets.resolve({ source: "file", path: join(folder, "none") })).rejects.toThrow(
      "cannot be read (ENOENT)",
    );
    writeFileSync(join(folder, "empty"), " \n");
    await expect(secrets.resolve({ source: "file", path: join(folder, "empty") })).rejects.toThrow("is empty");
  });

  it("is refused when it could split a header, without being shown", async () => {
    const secrets = createSecretResolver({ env: { BAD: "sk-canary\r\nx-injected: 1" } });
    const problem = await secrets.resolve({ source: "env", name: "BAD" }).catch((error: Error) => error.message);
    expect(problem).toContain("env:BAD holds line breaks");
    expect(problem).not.toContain("canary");
  });

  it("of a keychain that does not answer is missed in words and in time", async (context) => {
    if (process.platform !== "linux" || process.env["DBUS_SESSION_BUS_ADDRESS"])
      return context.skip("this machine may have a keychain that answers (needs Linux without a session bus)");
    const secrets = createSecretResolver({ env: {} });
    const start = performance.now();
    await expect(secrets.resolve({ source: "keychain", name: "openai" })).rejects.toThrow(
      "keychain:openai cannot be read, because no keychain answers here",
    );
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("cannot be read by the wrong file mode of somebody else", async (context) => {
    if (process.getuid?.() === 0 || process.platform === "win32")
      return context.skip("root may read every file (needs an ordinary user)");
    const path = join(folder, "locked");
    writeFileSync(path, "x");
    chmodSync(path, 0o000);
    await expect(createSecretResolver({ env: {} }).resolve({ source: "file", path })).rejects.toThrow("EACCES");
  });
});

describe("the redactor", () => {
  it("takes out what it was told, and what has the shape of a key", () => {
    const redactor = createRedactor();
    redactor.add("hunter2hunter2");
    const line =
      "a hunter2hunter2 b tok_abcdefghijklmnopqrstuvwxyz c sk-proj-abcdefghijkl d Bearer abcdefghijkl e /x?key=abc&y=1 f AIzaSyA1234567890123456789012";
    expect(redactor.redact(line)).toBe(
      "a [hidden] b [hidden] c [hidden] d Bearer [hidden] e /x?key=[hidden]&y=1 f [hidden]",
    );
  });

  it("leaves ordinary text alone", () => {
    const text = 'the task of a desk-lamp, {"msg":"token usage 12"} asked for ask-me';
    expect(createRedactor().redact(text)).toBe(text);
  });
});
