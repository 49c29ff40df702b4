import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";

const text = readFileSync(new URL("../../deploy/systemd/gatewayd.service", import.meta.url), "utf8");
const values = (name: string): string[] =>
  [...text.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value ?? "");

describe("the systemd unit", () => {
  it("has no word that systemd does not know", (context) => {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0) return context.skip("no systemd-analyze here");
    const folder = mkdtempSync(join(tmpdir(), "gateway-unit-"));
    try {
      const check = (unit: string): string => {
        const file = join(folder, "gatewayd.service");
        // Where the program would be, there is none on this machine.
        writeFileSync(file, unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`));
        const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", file], { encoding: "utf8" });
        // It also tells of other units of the machine.
        return `${stdout}${stderr}`
          .split("\n")
          .filter((line) => line.includes("gatewayd.service"))
          .join("\n");
      };
      expect(check(text)).toBe("");
      expect(check(text.replace("ProtectHome", "ProtectHomes"))).toContain("ProtectHomes");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is shut in: nothing to gain, nothing to write but its own folder", () => {
    for (const name of ["DynamicUser", "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectKernelModules"])
      expect(values(name)).toEqual(["yes"]);
    expect(values("ProtectSystem")).toEqual(["strict"]);
    expect(values("CapabilityBoundingSet")).toEqual([""]);
    expect(values("StateDirectory")).toEqual(["gatewayd"]);
    expect(values("StateDirectoryMode")).toEqual(["0700"]);
    expect(values("ReadWritePaths")).toEqual([]);
  });

  it("waits longer for its end than the gateway takes, with settings that the gateway knows", () => {
    const env = Object.fromEntries(values("Environment").map((pair) => pair.split("=") as [string, string]));
    const { notices, timeouts } = loadSettings({ env, argv: { dataDir: tmpdir() }, cwd: tmpdir(), homeDir: tmpdir() });
    expect(notices).toEqual([]);
    expect(Number(values("TimeoutStopSec")[0]) * 1000).toBeGreaterThan(
      timeouts.drainMs + timeouts.stopDelayMs + 10_000,
    );
    expect(values("ExecStart")[0]).toContain("--data-dir /var/lib/gatewayd");
  });
});
