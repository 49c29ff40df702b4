import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SettingsError } from "../../../src-gateway/settings/types.ts";
import { settingsFolder } from "./settings-folder.ts";

describe("a wrong value", () => {
  it.each([
    ["facade_port = 65536", "facade_port", '"65536" is no whole number in range', "allowed: 0 to 65535"],
    ["facade_port = -1", "facade_port", '"-1" is no whole number in range', "allowed: 0 to 65535"],
    ["facade_port = 80.5", "facade_port", '"80.5" is no whole number in range', "allowed: 0 to 65535"],
    ["max_body_bytes = :4096", "max_body_bytes", '":4096" is no whole number in range', "allowed: 1024 to 1073741824"],
    ["keep_alive_ms = 0", "keep_alive_ms", '"0" is no whole number in range', "allowed: 1 to 15000"],
    ["keep_alive_ms = 15001", "keep_alive_ms", '"15001" is no whole number in range', "allowed: 1 to 15000"],
    ["auth_disabled = maybe", "auth_disabled", '"maybe" is neither true nor false', "allowed: true, false"],
    ["environment = prod", "environment", '"prod" is not allowed', "allowed: dev, test, live"],
    ["log_level = loud", "log_level", '"loud" is not allowed', "allowed: debug, info, warn, error, silent"],
    ["on_client_abort = stay", "on_client_abort", '"stay" is not allowed', "allowed: abort, drain"],
    ["work_mode = magic", "work_mode", '"magic" is not allowed', "allowed: auto, passthrough, translation"],
    ["hooks_timeout = soon", "hooks_timeout", '"soon" is no time span', "such as 30s or 24h"],
    ["price_per_1k = cheap", "price_per_1k", '"cheap" is no number', "such as 0.5"],
    ["admin_email = root", "admin_email", '"root" is no e-mail address', "such as admin@local"],
    [
      "host = http://x",
      "host",
      '"http://x" is no address to listen on',
      "such as 127.0.0.1, ::1, 0.0.0.0 or localhost",
    ],
    [
      "host = localhost:80",
      "host",
      '"localhost:80" is no address to listen on',
      "such as 127.0.0.1, ::1, 0.0.0.0 or localhost",
    ],
    ["allowed_origins = *", "allowed_origins", '"*" is no origin', "such as https://console.example"],
    [
      "allowed_hosts = a.example:80",
      "allowed_hosts",
      '"a.example:80" is no host name',
      "such as gateway.example.com, without scheme and port",
    ],
    ["openai_base_url = api.example", "openai_base_url", "is no http(s) address", "such as https://api.example.com/v1"],
    [
      "openai_base_url = https://u:p@x",
      "openai_base_url",
      "must not hold a user or password",
      "give the key as a credential",
    ],
    [
      "openai_base_url = https://x?key=y",
      "openai_base_url",
      "must not hold a query",
      "only scheme, host, port and path",
    ],
    [
      "ledger_path = mysql://x/y",
      "ledger_path",
      "names a database that the gateway does not know",
      "a file, or postgres://user@host/database",
    ],
    [
      "ledger_path = host=x password=y",
      "ledger_path",
      "names a database that the gateway does not know",
      "a file, or postgres://user@host/database",
    ],
    ["routes = gpt-4", "routes", '"gpt-4" is no pair', "such as gpt-*=openai"],
    ["model_aliases = a=", "model_aliases", '"a=" is no pair', "such as gpt-*=openai"],
    [
      "auth_secret = tokligence-dev-secret",
      "auth_secret",
      "this value is publicly known",
      "leave it out, and the gateway makes its own",
    ],
    ["auth_secret = short", "auth_secret", "is shorter than 32 characters", "for example: openssl rand -base64 32"],
  ])("%s is refused with its line and what is allowed", (line, key, problem, hint) => {
    const folder = settingsFolder({ "config/setting.ini": `\n${line}\n` });
    const where = `${join(folder.cwd, "config/setting.ini")}:2`;
    expect(folder.problems()).toEqual([{ where, key, problem, hint }]);
  });

  it("in a variable is refused by its name, in a flag by the flag", () => {
    const [problem] = settingsFolder().problems({ env: { TOKLIGENCE_DRAIN_MS: "fast" } });
    expect(problem?.where).toBe("env TOKLIGENCE_DRAIN_MS");
    expect(settingsFolder().problems({ argv: { port: 70_000 } })[0]?.where).toBe("--port");
  });

  it.each(["TOKLIGENCE_FACADE_ENDPOINTS"])("%s lists the known groups", (name) => {
    const [problem] = settingsFolder().problems({ env: { [name]: "admin,chat" } });
    expect(problem?.problem).toBe('"chat" is not allowed');
    expect(problem?.hint).toContain("openai_core");
  });

  it("does not hide the next one: all are reported at once, as lines", () => {
    const folder = settingsFolder({ "config/setting.ini": "facade_port=x\nnonsense\nlog_level=y\n" });
    const thrown = (): unknown => folder.load({ env: { TOKLIGENCE_HOST: "a b" }, argv: { configFile: "absent.yaml" } });
    expect(folder.problems({ env: { TOKLIGENCE_HOST: "a b" } })).toHaveLength(4);
    expect(thrown).toThrow(SettingsError);
    expect(thrown).toThrow(/absent\.yaml: file: there is no such file/);
  });

  it.each(["line\u0000break", "a\u001bb"])("with control characters is refused: %j", (value) => {
    expect(settingsFolder().problems({ env: { TOKLIGENCE_OPENAI_ORG: value } })[0]?.problem).toBe(
      "holds control characters",
    );
  });
});

describe("the secret of the hashes", () => {
  const secret = "0123456789abcdef0123456789abcdef";

  it("may be named by its place", () => {
    const folder = settingsFolder({ "secret.txt": `${secret}\n` });
    expect(folder.load({ env: { TOKLIGENCE_AUTH_SECRET: "env:PLACE", PLACE: secret } }).authSecret).toBe(secret);
    expect(folder.load({ env: { TOKLIGENCE_AUTH_SECRET: "file:secret.txt" } }).authSecret).toBe(secret);
  });

  it.each([
    ["env:ABSENT", "is shorter than 32 characters"],
    ["file:absent.txt", "its file cannot be read"],
    ["keychain:auth", "cannot come from the keychain"],
  ])("is refused at a place where it is not: %s", (place, problem) => {
    expect(settingsFolder().problems({ env: { TOKLIGENCE_AUTH_SECRET: place } })).toMatchObject([
      { key: "auth_secret", problem },
    ]);
  });
});
