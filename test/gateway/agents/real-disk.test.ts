import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { thisComputer } from "../../../src-gateway/agents/computer.ts";
import { createAgentDesk } from "../../../src-gateway/agents/desk.ts";
import { TARGET, TOKEN } from "../../support/agents/target.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tokligence-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const mint = () => Promise.resolve({ id: 7, token: TOKEN });
const desk = () => createAgentDesk(thisComputer({ env: { PATH: "" }, cwd: home, home }), join(home, "data"));
const OLD = 'approval_policy = "never" # mine\r\n';
const script = fileURLToPath(new URL("../../support/agents/killed-connect.ts", import.meta.url));

/** Connects Codex in a process that is killed at one step; the answer is whether it came to its end. */
function connectKilledAt(step: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, home, String(step)], { stdio: "inherit" });
    child.once("close", (code) => resolve(code === 0));
  });
}

describe("on a real disk", () => {
  it("keeps rights and links, and leaves folders as they were", async () => {
    mkdirSync(join(home, "dotfiles"));
    mkdirSync(join(home, ".codex"));
    const real = join(home, "dotfiles/config.toml");
    writeFileSync(real, OLD);
    chmodSync(real, 0o640);
    symlinkSync("../dotfiles/config.toml", join(home, ".codex/config.toml"));
    await desk().connect("codex", TARGET, mint);
    expect(readFileSync(real, "utf8")).toContain(TOKEN);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(readlinkSync(join(home, ".codex/config.toml"))).toBe("../dotfiles/config.toml");
    await desk().connect("qwen-code", TARGET, mint);
    expect(statSync(join(home, ".qwen/settings.json")).mode & 0o777).toBe(0o600);
    const data = readdirSync(join(home, "data"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const entry of data) expect(statSync(join(entry.parentPath, entry.name)).mode & 0o077).toBe(0);
    await desk().disconnect("codex");
    await desk().disconnect("qwen-code");
    expect(readFileSync(real, "utf8")).toBe(OLD);
    expect(readdirSync(home).sort()).toEqual([".codex", "data", "dotfiles"]);
    expect(readdirSync(join(home, "dotfiles"))).toEqual(["config.toml"]);
  });

  it("has the old file or the new one after a kill at any step, and comes to rest at the next command", async () => {
    const file = join(home, ".codex/config.toml");
    mkdirSync(join(home, ".codex"));
    let fresh: string | null = null;
    const seen = new Set<string>();
    for (let step = 0; fresh === null; step++) {
      rmSync(join(home, "data"), { recursive: true, force: true });
      rmSync(join(home, ".codex"), { recursive: true });
      mkdirSync(join(home, ".codex"));
      writeFileSync(file, OLD);
      const isDone = await connectKilledAt(step);
      const now = readFileSync(file, "utf8");
      seen.add(now);
      expect(now === OLD || (now.startsWith(OLD) && now.includes(TOKEN) && now.endsWith("\r\n"))).toBe(true);
      await desk().recover();
      const { journal, drift } = await desk().state("codex");
      expect(drift).toEqual([]);
      expect(readFileSync(file, "utf8") === OLD).toBe(journal === null);
      expect(readdirSync(join(home, ".codex"))).toEqual(["config.toml"]);
      await desk().disconnect("codex");
      expect(readFileSync(file, "utf8")).toBe(OLD);
      if (isDone) fresh = now;
    }
    expect([...seen].sort()).toEqual([OLD, fresh].sort());
  });
});
