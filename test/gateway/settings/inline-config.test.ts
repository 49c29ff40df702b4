import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { leavesOf } from "../../../src-gateway/settings/route-types.ts";
import type { ConfigFileContent } from "../../../src-gateway/settings/types.ts";
import { type SettingsFolder, settingsFolder } from "./settings-folder.ts";

const inline = (env: Record<string, string>, folder: SettingsFolder = settingsFolder()): ConfigFileContent =>
  folder.load({ env }).inline;

describe("a provider of the settings", () => {
  it("has its key in the variable that names it", () => {
    const { providers } = inline({
      TOKLIGENCE_OPENAI_API_KEY: "sk-x",
      TOKLIGENCE_OPENAI_ORG: "org-1",
      TOKLIGENCE_OPENAI_BASE_URL: "http://127.0.0.1:9/v1/",
      TOKLIGENCE_ANTHROPIC_API_KEY: "sk-y",
      TOKLIGENCE_ANTHROPIC_VERSION: "2023-06-01",
      TOKLIGENCE_GEMINI_API_KEY: "AIza",
    });
    expect(providers).toEqual([
      {
        id: "openai",
        kind: "openai",
        credential: { source: "env", name: "TOKLIGENCE_OPENAI_API_KEY" },
        baseUrl: "http://127.0.0.1:9/v1",
        headers: { "openai-organization": "org-1" },
        where: "env TOKLIGENCE_OPENAI_API_KEY",
      },
      {
        id: "anthropic",
        kind: "anthropic",
        credential: { source: "env", name: "TOKLIGENCE_ANTHROPIC_API_KEY" },
        headers: { "anthropic-version": "2023-06-01" },
        where: "env TOKLIGENCE_ANTHROPIC_API_KEY",
      },
      {
        id: "gemini",
        kind: "gemini",
        credential: { source: "env", name: "TOKLIGENCE_GEMINI_API_KEY" },
        where: "env TOKLIGENCE_GEMINI_API_KEY",
      },
    ]);
  });

  it.each([
    ["env:WORK", { source: "env", name: "WORK" }],
    ["keychain:openai work", { source: "keychain", name: "openai work" }],
    ["file:~/k", { source: "file", path: "~/k" }],
  ])("may name the place of its key in a file: %s", (text, credential) => {
    const folder = settingsFolder({ "config/setting.ini": `openai_api_key = ${text}` });
    expect(inline({}, folder).providers).toMatchObject([{ id: "openai", credential }]);
  });

  it("may name a file beside the working directory", () => {
    const folder = settingsFolder({ "config/setting.ini": "openai_api_key = file:keys/openai" });
    expect(inline({}, folder).providers[0]?.credential).toEqual({
      source: "file",
      path: join(folder.cwd, "keys/openai"),
    });
  });

  it.each([
    "openai_api_key",
    "anthropic_api_key",
    "gemini_api_key",
    "guard_api_key",
  ])("must not have its key in a file in clear text, even if a variable hides it: %s", (key) => {
    const folder = settingsFolder({ "config/dev/gateway.ini": `${key} = hunter2`, "config/setting.ini": "" });
    const env = `TOKLIGENCE_${key.toUpperCase()}`;
    const problems = folder.problems({ env: { [env]: "other" } });
    expect(problems).toEqual([
      {
        where: `${join(folder.cwd, "config/dev/gateway.ini")}:1`,
        key,
        problem: "a key must not stand in a file in clear text",
        hint: `write env:NAME, file:PATH, keychain:NAME or secret:NAME, which say where the key is; or set the environment variable ${env}`,
      },
    ]);
  });

  it("is filled in from the provider's usual variables", () => {
    expect(inline({ OPENAI_API_KEY: "a", TOKLIGENCE_OPENAI_BASE_URL: "http://x/v1" }).providers).toMatchObject([
      { id: "openai", baseUrl: "http://x/v1", credential: { source: "env", name: "OPENAI_API_KEY" } },
    ]);
    expect(
      inline({ TOKLIGENCE_OPENAI_API_KEY: "a", OPENAI_API_KEY: "b", OPENAI_BASE_URL: "http://y" }).providers,
    ).toMatchObject([{ baseUrl: "http://y", credential: { source: "env", name: "TOKLIGENCE_OPENAI_API_KEY" } }]);
  });

  it("is left to the environment when no setting mentions it", () => {
    expect(inline({ OPENAI_API_KEY: "a" }).providers).toEqual([]);
  });

  it("is none without a key, and a notice says so", () => {
    const { inline: content, notices } = settingsFolder().load({ env: { TOKLIGENCE_GEMINI_BASE_URL: "http://x" } });
    expect(content.providers).toEqual([]);
    expect(notices).toEqual([
      {
        where: "env TOKLIGENCE_GEMINI_BASE_URL",
        text: "has no effect without a key: set GEMINI_API_KEY or TOKLIGENCE_GEMINI_API_KEY",
      },
    ]);
  });

  it("does not take the gateway for the provider where clients share its environment", () => {
    const env = {
      OPENAI_BASE_URL: "http://localhost:8081/v1",
      OPENAI_API_KEY: "tok_client",
      TOKLIGENCE_OPENAI_ORG: "o",
    };
    expect(inline(env).providers).toEqual([]);
    const [provider] = inline({ ...env, TOKLIGENCE_OPENAI_API_KEY: "sk-x" }).providers;
    expect(provider).toMatchObject({ credential: { name: "TOKLIGENCE_OPENAI_API_KEY" } });
    expect(provider).not.toHaveProperty("baseUrl");
  });
});

describe("routes of the settings", () => {
  it("are pairs with either sign, over lines and commas, `routes` first", () => {
    const { routes } = inline({
      TOKLIGENCE_MODEL_PROVIDER_ROUTES: "claude*=anthropic",
      TOKLIGENCE_ROUTES: "gpt* => openai, o1=openai\n\n# later\ngemini-*=>gemini",
    });
    expect(routes.map(({ match, targets, strategy }) => [match, leavesOf(targets)[0]?.provider, strategy])).toEqual([
      ["gpt*", "openai", "single"],
      ["o1", "openai", "single"],
      ["gemini-*", "gemini", "single"],
      ["claude*", "anthropic", "single"],
    ]);
    expect(routes[0]?.where).toBe("env TOKLIGENCE_ROUTES");
  });

  it.each(["a", "=b", "a=", "a=>", "a==b"])("are refused when they are no pair: %s", (pair) => {
    expect(settingsFolder().problems({ env: { TOKLIGENCE_ROUTES: `x=y,${pair}` } })).toMatchObject([
      { where: "env TOKLIGENCE_ROUTES", key: "routes", problem: `"${pair}" is no pair` },
    ]);
  });
});

describe("aliases of the settings", () => {
  it("come from the setting, a file and a folder, in this order", () => {
    const folder = settingsFolder({
      "aliases/1.txt": "a=folder-1\nb=folder-1\nc=folder-1\nd=folder-1",
      "aliases/2.txt": "c=folder-2",
      "aliases/.hidden": "a=hidden=broken",
      "aliases/sub/x": "not a pair",
      "file.txt": "# mine\n; too\n\nb => file\n a = file\n",
    });
    symlinkSync(join(folder.cwd, "aliases/2.txt"), join(folder.cwd, "aliases/3.txt"));
    const env = {
      TOKLIGENCE_MODEL_ALIASES: "a=>setting",
      TOKLIGENCE_MODEL_ALIASES_FILE: "file.txt",
      TOKLIGENCE_MODEL_ALIASES_DIR: "aliases",
    };
    expect(inline(env, folder).aliases).toEqual({ a: "setting", b: "file", c: "folder-2", d: "folder-1" });
  });

  it("are refused with the line of their file", () => {
    const folder = settingsFolder({ "file.txt": "a=b\nbroken" });
    expect(folder.problems({ env: { TOKLIGENCE_MODEL_ALIASES_FILE: "file.txt" } })).toEqual([
      {
        where: `${join(folder.cwd, "file.txt")}:2`,
        key: "model_aliases",
        problem: '"broken" is no pair',
        hint: "such as gpt-*=openai",
      },
    ]);
  });

  it.each(["MODEL_ALIASES_FILE", "MODEL_ALIASES_DIR"])("are refused when %s is not there", (name) => {
    expect(settingsFolder().problems({ env: { [`TOKLIGENCE_${name}`]: "absent" } })).toHaveLength(1);
  });
});
