import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";

const read = (hooks: string) =>
  readConfigFile("/etc/gw/gateway.yaml", `hooks:\n${hooks}`, { kinds: new Set(), otherProviderIds: new Set() }).hooks;
const load = (env: Record<string, string>) =>
  loadSettings({ env, argv: { dataDir: "/nowhere" }, cwd: "/work-here", homeDir: "/home" });

function problemsOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "";
}

describe("hooks in gateway.yaml", () => {
  it("are scripts with what they may see, and webhooks with where their secrets are", () => {
    const hooks = read(`
  - {name: one, events: [gateway.user.*, gateway.started], script: hooks/one.sh, args: [-v, x y], env: [A_URL], timeout: 1m30s}
  - {name: two, events: "*", webhook: "https://a.example/x?y=1", secrets: [env:NEW, "file:old.txt"], retry_for: 2d}
  - {name: three, events: gateway.budget.*, webhook: env:CHAT_URL, format: slack}
  - {name: four, events: "*", webhook: "http://10.0.0.5/hook", secret: keychain:hook, allow_private: true}`);
    expect(hooks).toMatchObject([
      {
        name: "one",
        events: ["gateway.user.*", "gateway.started"],
        target: { kind: "script", path: "/etc/gw/hooks/one.sh", args: ["-v", "x y"], passEnv: ["A_URL"], setEnv: {} },
        timeoutMs: 90_000,
        retryForMs: 86_400_000,
      },
      {
        target: {
          kind: "webhook",
          url: "https://a.example/x?y=1",
          secrets: [
            { source: "env", name: "NEW" },
            { source: "file", path: "/etc/gw/old.txt" },
          ],
          allowPrivate: false,
        },
        retryForMs: 172_800_000,
      },
      { target: { url: { source: "env", name: "CHAT_URL" }, secrets: [], format: "slack" } },
      { target: { secrets: [{ source: "keychain", name: "hook" }], allowPrivate: true } },
    ]);
  });

  it.each([
    ["{events: '*', script: a}", /name: is missing/],
    ["{name: a, script: a}", /events: is missing/],
    ["{name: a, events: '*'}", /neither a script nor a webhook/],
    ["{name: a, events: '*', script: a, webhook: 'https://a.example'}", /script and a webhook/],
    ["{name: a, events: '*', script: a, secret: env:A}", /secret: means nothing to a script/],
    ["{name: a, events: '*', webhook: 'https://a.example'}", /secret: is missing/],
    ["{name: a, events: '*', webhook: 'https://a.example', secret: whsec_c2VjcmV0c2VjcmV0}", /clear text/],
    ["{name: a, events: '*', webhook: 'http://a.example', secret: env:A}", /would be sent in clear text/],
    ["{name: a, events: '*', webhook: 'https://u:p@a.example', secret: env:A}", /no address that can be called/],
    ["{name: a, events: '*', webhook: 'ftp://a.example', secret: env:A}", /no address that can be called/],
    ["{name: a, events: '*', webhook: 'https://a.example', secrets: [env:A, env:B, env:C]}", /too many/],
    ["{name: a, events: '*', script: a, env: [A=b]}", /no name of a variable/],
    ["{name: a, events: '*', script: a, timeout: 1h}", /timeout: "1h" is no time span for this/],
    ["{name: a, events: '*', script: a, retry_for: soon}", /retry_for/],
    ["{name: settings, events: '*', script: a}", /name of the script of the settings/],
    ["{name: a b, events: '*', script: a}", /is no name/],
    ["{name: a, events: '*', script: a}\n  - {name: a, events: '*', script: b}", /stands twice/],
  ])("are refused as %s", (hook, problem) => {
    const said = problemsOf(() => read(`  - ${hook}`));
    expect(said).toMatch(problem);
    expect(said).not.toContain("c2VjcmV0c2VjcmV0");
  });
});

describe("the hook of the earlier gateway", () => {
  it("runs the script when it is enabled, for users and keys", () => {
    const { hooks, explained } = load({
      TOKLIGENCE_HOOKS_ENABLED: "true",
      TOKLIGENCE_HOOK_SCRIPT: "bin/told.sh",
      TOKLIGENCE_HOOK_SCRIPT_ARGS: "-v, --to=x",
      TOKLIGENCE_HOOK_SCRIPT_ENV: "PASSED,TOKEN=planted-value",
      TOKLIGENCE_HOOK_TIMEOUT: "45",
    });
    expect(hooks).toMatchObject({
      isOff: false,
      script: {
        events: ["gateway.user.*", "gateway.api_key.*"],
        target: {
          path: "/work-here/bin/told.sh",
          args: ["-v", "--to=x"],
          passEnv: ["PASSED"],
          setEnv: { TOKEN: "planted-value" },
        },
        timeoutMs: 45_000,
      },
    });
    expect(JSON.stringify(explained)).not.toContain("planted-value");
  });

  it("is off when nothing is said, and all hooks are when that is said", () => {
    expect(load({ TOKLIGENCE_HOOK_SCRIPT: "/a" }).hooks).toMatchObject({ isOff: false, script: null });
    expect(load({ TOKLIGENCE_HOOKS_ENABLED: "false" }).hooks).toMatchObject({ isOff: true, script: null });
  });

  it.each([
    [{ TOKLIGENCE_HOOK_TIMEOUT: "3h" }, /hooks_timeout: is no time that a script may run/],
    [{ TOKLIGENCE_HOOK_SCRIPT_ENV: "not good=planted-value" }, /hooks_script_env: holds something that is no variable/],
  ])("is refused with %j", (env, problem) => {
    const said = problemsOf(() => load({ TOKLIGENCE_HOOKS_ENABLED: "true", TOKLIGENCE_HOOK_SCRIPT: "/a", ...env }));
    expect(said).toMatch(problem);
    expect(said).not.toContain("planted-value");
  });
});
