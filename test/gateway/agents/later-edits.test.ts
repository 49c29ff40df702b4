import { describe, expect, it } from "vitest";
import { createAgentDesk } from "../../../src-gateway/agents/desk.ts";
import { type PlayedComputer, playComputer } from "../../support/agents/played-computer.ts";
import { TARGET, TOKEN } from "../../support/agents/target.ts";

const mint = () => Promise.resolve({ id: 7, token: TOKEN });
const deskOn = (computer: PlayedComputer) => createAgentDesk(computer.world, computer.dataDir);
const CLAUDE = "/home/you/.claude/settings.json";
const CODEX = "/home/you/.codex/config.toml";
const CONTINUE = "/home/you/.continue/config.yaml";

/** Connects, lets somebody edit, disconnects; the answer is what is left, and what was reported. */
async function afterEdit(
  id: string,
  path: string,
  before: string | null,
  edit: (text: string) => string,
  keepHistory = false,
) {
  const computer = playComputer();
  if (before !== null) computer.put(path, before);
  await deskOn(computer).connect(id, TARGET, mint);
  computer.put(path, edit(computer.text(path) ?? ""));
  const done = await deskOn(computer).disconnect(id, { keepHistory });
  const file = done?.files.find((each) => each.path === path);
  return { text: computer.text(path), left: file?.left ?? [], how: file?.how };
}

describe("disconnecting after somebody edited the file", () => {
  it("keeps what was added elsewhere, and leaves nothing of ours", async () => {
    const { text, left } = await afterEdit("claude-code", CLAUDE, '{\n  "theme": "dark" // mine\n}\n', (now) =>
      now.replace('"theme": "dark",', '"theme": "light",\n  "added": [1],'),
    );
    expect(text).toBe('{\n  "theme": "light",\n  "added": [1] // mine\n}\n');
    expect(left).toEqual([]);
  });

  it("keeps what was added beside our keys", async () => {
    const { text } = await afterEdit("claude-code", CLAUDE, null, (now) =>
      now.replace('"env": {', '"env": {\n    "MINE": "1",'),
    );
    expect(JSON.parse(text ?? "")).toEqual({ env: { MINE: "1" } });
  });

  it("puts the old value back, as it was written", async () => {
    const old = '{\n  "env": { "ANTHROPIC_BASE_URL" : "http:\\/\\/mine" , "ANTHROPIC_API_KEY": "sk-mine" }\n}\n';
    const { text } = await afterEdit("claude-code", CLAUDE, old, (now) => now.replace("{", '{\n  "x": 1,'));
    expect(text).toContain('"ANTHROPIC_BASE_URL" : "http:\\/\\/mine"');
    expect(JSON.parse(text ?? "")).toEqual({ x: 1, ...(JSON.parse(old) as object) });
  });

  it("leaves a key of ours that was changed, and says where", async () => {
    const { text, left } = await afterEdit("claude-code", CLAUDE, null, (now) =>
      now.replace("http://127.0.0.1:8081", "http://elsewhere"),
    );
    expect(JSON.parse(text ?? "")).toEqual({ env: { ANTHROPIC_BASE_URL: "http://elsewhere" } });
    expect(left).toEqual([{ path: ["env", "ANTHROPIC_BASE_URL"], line: 3, why: "changed" }]);
  });

  it("takes no notice of a file that was laid out anew", async () => {
    const { text, left } = await afterEdit("claude-code", CLAUDE, '{"a":{"b":1}}', (now) =>
      JSON.stringify(JSON.parse(now) as unknown, null, "\t"),
    );
    expect(JSON.parse(text ?? "")).toEqual({ a: { b: 1 } });
    expect(left).toEqual([]);
  });

  it("keeps comments and tables that were added to TOML", async () => {
    const old = '# mine\nmodel_provider = "other" # keep\n\n[model_providers.other]\nname = "Other"\n';
    const { text } = await afterEdit("codex", CODEX, old, (now) => `${now}\n# later\n[tui]\ntheme = "x"\n`);
    expect(text).toBe(`${old}\n# later\n[tui]\ntheme = "x"\n`);
  });

  it("leaves the provider's table for old sessions when asked to, but not the key", async () => {
    const { text } = await afterEdit("codex", CODEX, 'model_provider = "other"\n', (now) => now, true);
    expect(text).toContain('model_provider = "other"');
    expect(text).toContain("[model_providers.tokligence]");
    expect(text).toContain("base_url");
    expect(text).not.toContain(TOKEN);
  });

  it("keeps elements that were added to a list in YAML", async () => {
    const old = "name: Mine\nmodels:\n  - name: A # a\n";
    const { text } = await afterEdit(
      "continue",
      CONTINUE,
      old,
      (now) => `${now}  - name: B\n    model: b\nrules: []\n`,
    );
    expect(text).toBe(`${old}  - name: B\n    model: b\nrules: []\n`);
  });

  it("refuses a file that was left half written, and tries again when it is mended", async () => {
    const computer = playComputer();
    await deskOn(computer).connect("gemini-cli", TARGET, mint);
    const settings = "/home/you/.gemini/settings.json";
    const good = computer.text(settings) ?? "";
    computer.put(settings, good.slice(0, 20));
    const before = computer.snapshot();
    await expect(deskOn(computer).disconnect("gemini-cli")).rejects.toThrow(`${settings} is left alone`);
    expect(computer.snapshot()).toEqual(before);
    computer.put(settings, good);
    await deskOn(computer).disconnect("gemini-cli");
    expect(computer.paths().filter((path) => path.startsWith("/home/you/.gemini"))).toEqual([]);
  });

  it("has nothing to do where the file is gone", async () => {
    const computer = playComputer();
    await deskOn(computer).connect("claude-code", TARGET, mint);
    computer.delete(CLAUDE);
    expect(await deskOn(computer).disconnect("claude-code")).toMatchObject({
      files: [{ how: "untouched" }],
      apiKeyId: 7,
    });
    expect(await deskOn(computer).disconnect("claude-code")).toBeNull();
  });
});

describe("drift", () => {
  it("names key, file, line and value, and is gone after another connection", async () => {
    const computer = playComputer();
    await deskOn(computer).connect("codex", TARGET, mint);
    const text = computer.text(CODEX) ?? "";
    computer.put(
      CODEX,
      `# note\n${text.replace('model_provider = "tokligence"', 'model_provider = "openai"').replace(TOKEN, "tok_other_planted_secret")}`,
    );
    const { drift } = await deskOn(computer).state("codex");
    expect(drift).toEqual([
      { path: CODEX, line: 2, key: "model_provider", what: "changed", now: '"openai"' },
      expect.objectContaining({ key: "model_providers.tokligence.experimental_bearer_token", now: "••••" }),
    ]);
    await deskOn(computer).connect("codex", TARGET, mint);
    expect((await deskOn(computer).state("codex")).drift).toEqual([]);
    await deskOn(computer).disconnect("codex");
    expect(computer.text(CODEX)).toContain('model_provider = "openai"');
    expect(computer.text(CODEX)).toContain("# note");
  });

  it("keeps the key that the agent has", async () => {
    const computer = playComputer();
    await deskOn(computer).connect("gemini-cli", TARGET, mint);
    const known: unknown[] = [];
    await deskOn(computer).connect("gemini-cli", TARGET, (key) => {
      known.push(key);
      return Promise.resolve(key ?? { id: 8, token: "tok_new" });
    });
    expect(known).toEqual([{ id: 7, token: TOKEN }]);
  });

  it("is none where the agent itself has written other members", async () => {
    const computer = playComputer();
    await deskOn(computer).connect("cline", TARGET, mint);
    const path = "/home/you/.cline/data/settings/providers.json";
    computer.put(path, (computer.text(path) ?? "").replace("2026-01-01T00:00:00.000Z", "2026-11-21T10:00:00.000Z"));
    expect((await deskOn(computer).state("cline")).drift).toEqual([]);
    await deskOn(computer).disconnect("cline");
    expect(JSON.parse(computer.text(path) ?? "")).not.toHaveProperty("lastUsedProvider");
  });
});

describe("a file that is written by others at the same time", () => {
  it("is not written over", async () => {
    const computer = playComputer();
    computer.put(CLAUDE, "{}");
    const { read } = computer.world.files;
    let reads = 0;
    const world = {
      ...computer.world,
      files: {
        ...computer.world.files,
        read: async (path: string) => {
          if (path === CLAUDE && ++reads === 3) computer.put(CLAUDE, '{"theirs": 1}');
          return read(path);
        },
      },
    };
    await expect(createAgentDesk(world, computer.dataDir).connect("claude-code", TARGET, mint)).rejects.toThrow(
      "changed while",
    );
    expect(computer.text(CLAUDE)).toBe('{"theirs": 1}');
    expect((await deskOn(computer).state("claude-code")).journal).toBeNull();
  });
});
