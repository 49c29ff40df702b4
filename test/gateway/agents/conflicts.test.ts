import { describe, expect, it } from "vitest";
import { createAgentDesk } from "../../../src-gateway/agents/desk.ts";
import { playComputer } from "../../support/agents/played-computer.ts";
import { TARGET, TOKEN } from "../../support/agents/target.ts";

const mint = () => Promise.resolve({ id: 7, token: TOKEN });

describe("what is stronger than an agent's own settings", () => {
  it("is found in the environment, in shells' files and in the project, with file and line", async () => {
    const computer = playComputer("linux", { ANTHROPIC_API_KEY: "sk-planted", EMPTY: "" });
    computer.put(
      "/home/you/.zshrc",
      "# export ANTHROPIC_BASE_URL=x\n\nexport ANTHROPIC_BASE_URL='http://mine' # note\n",
    );
    computer.put("/home/you/.config/fish/config.fish", "set -gx ANTHROPIC_AUTH_TOKEN sk-planted\n");
    computer.put(
      "/home/you/project/.claude/settings.json",
      '{\n  "env": {\n    "ANTHROPIC_BASE_URL": "http://project"\n  }\n}\n',
    );
    const desk = createAgentDesk(computer.world, computer.dataDir);
    const { conflicts } = await desk.state("claude-code");
    expect(conflicts).toEqual([
      { kind: "environment", where: "the environment", line: null, key: "ANTHROPIC_API_KEY" },
      { kind: "shell", where: "/home/you/.zshrc", line: 3, key: "ANTHROPIC_BASE_URL" },
      { kind: "shell", where: "/home/you/.config/fish/config.fish", line: 1, key: "ANTHROPIC_AUTH_TOKEN" },
      { kind: "project", where: "/home/you/project/.claude/settings.json", line: 3, key: "env.ANTHROPIC_BASE_URL" },
    ]);
    expect(JSON.stringify(conflicts)).not.toContain("planted");
  });

  it("is none where it says the same", async () => {
    const computer = playComputer("linux", { GEMINI_API_KEY: TOKEN, GOOGLE_GEMINI_BASE_URL: TARGET.baseUrl });
    computer.put("/home/you/.bashrc", `export GEMINI_API_KEY="${TOKEN}"\n`);
    const desk = createAgentDesk(computer.world, computer.dataDir);
    expect((await desk.state("gemini-cli")).conflicts).toHaveLength(3);
    await desk.connect("gemini-cli", TARGET, mint);
    expect((await desk.state("gemini-cli")).conflicts).toEqual([]);
  });

  it.each([
    [
      "claude-code",
      "linux",
      "/etc/claude-code/managed-settings.json",
      '{"env": {"ANTHROPIC_BASE_URL": "https://corp"}}',
    ],
    ["claude-code", "darwin", "/Library/Application Support/ClaudeCode/managed-settings.json", '{"apiKeyHelper": "x"}'],
    [
      "gemini-cli",
      "linux",
      "/etc/gemini-cli/settings.json",
      '{"security": {"auth": {"enforcedType": "oauth-personal"}}}',
    ],
    [
      "gemini-cli",
      "win32",
      "C:\\ProgramData\\gemini-cli\\settings.json",
      '{"security": {"auth": {"enforcedType": "x"}}}',
    ],
    ["codex", "linux", "/etc/codex/managed_config.toml", 'model_provider = "corp"\n'],
    ["opencode", "linux", "/etc/opencode/opencode.json", '{"model": "corp/model"}'],
  ] as const)("refuses %s on %s where %s decides", async (id, platform, path, text) => {
    const computer = playComputer(platform);
    computer.put(path, text);
    const before = computer.snapshot();
    const desk = createAgentDesk(computer.world, computer.dataDir);
    await expect(desk.connect(id, TARGET, mint)).rejects.toThrow(`is managed: ${path}:1 sets`);
    expect(computer.snapshot()).toEqual(before);
  });

  it("never touches sign-ins", async () => {
    const computer = playComputer();
    const signIns = [
      ".codex/auth.json",
      ".claude/.credentials.json",
      ".claude.json",
      ".gemini/oauth_creds.json",
      ".local/share/opencode/auth.json",
    ];
    for (const path of signIns) computer.put(`/home/you/${path}`, "sign-in", 0o600);
    const desk = createAgentDesk(computer.world, computer.dataDir);
    for (const id of ["codex", "claude-code", "gemini-cli", "opencode"]) {
      await desk.connect(id, TARGET, mint);
      await desk.disconnect(id);
    }
    for (const path of signIns) expect(computer.text(`/home/you/${path}`)).toBe("sign-in");
    expect(computer.paths().filter((path) => path.includes("backups") && computer.text(path) === "sign-in")).toEqual(
      [],
    );
  });

  it("leaves a file of a newer form alone", async () => {
    const computer = playComputer();
    computer.put("/home/you/.cline/data/settings/providers.json", '{"version": 2, "providers": []}');
    const desk = createAgentDesk(computer.world, computer.dataDir);
    await expect(desk.connect("cline", TARGET, mint)).rejects.toThrow("a form that is not known here");
  });

  it("needs a model where the agent has to be told one", async () => {
    const desk = createAgentDesk(playComputer().world, "/data");
    await expect(desk.connect("aider", { ...TARGET, model: null }, mint)).rejects.toThrow("--model");
    await expect(desk.state("nobody")).rejects.toThrow('There is no agent "nobody"');
  });
});

describe("an agent on this computer", () => {
  it("is found by its program, and its version by the package that brings it", async () => {
    const computer = playComputer("linux", { PATH: "/usr/bin:/opt/npm/bin" });
    computer.put("/opt/npm/lib/node_modules/@openai/codex/bin/codex.js", "");
    computer.put(
      "/opt/npm/lib/node_modules/@openai/codex/package.json",
      '{"name": "@openai/codex", "version": "0.169.0"}',
    );
    computer.link("/opt/npm/bin/codex", "../lib/node_modules/@openai/codex/bin/codex.js");
    const { installed } = await createAgentDesk(computer.world, computer.dataDir).state("codex");
    expect(installed).toEqual({ where: "/opt/npm/bin/codex", version: "0.169.0" });
  });

  it("is found by an extension of the editor, or by its settings", async () => {
    const computer = playComputer("win32");
    computer.put("C:\\Users\\you\\.vscode\\extensions\\saoudrizwan.claude-dev-3.40.1\\package.json", "{}");
    computer.put("C:\\Users\\you\\.qwen\\settings.json", "{}");
    const desk = createAgentDesk(computer.world, computer.dataDir);
    expect((await desk.state("cline")).installed).toMatchObject({ version: "3.40.1" });
    expect((await desk.state("qwen-code")).installed).toEqual({ where: "C:\\Users\\you\\.qwen", version: null });
    expect((await desk.state("codex")).installed).toBeNull();
  });

  it("has its settings where its variables say", async () => {
    const computer = playComputer("linux", {
      CODEX_HOME: "/elsewhere/codex",
      XDG_CONFIG_HOME: "/xdg",
      CLAUDE_CONFIG_DIR: "/cc",
    });
    const desk = createAgentDesk(computer.world, computer.dataDir);
    const pathsOf = async (id: string) =>
      (await desk.plan(id, { ...TARGET, token: TOKEN })).files.map(({ path }) => path);
    expect(await pathsOf("codex")).toEqual(["/elsewhere/codex/config.toml"]);
    expect(await pathsOf("zed")).toEqual(["/xdg/zed/settings.json"]);
    expect(await pathsOf("claude-code")).toEqual(["/cc/settings.json"]);
  });
});
