import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeEach(() => {
  home = newHome();
});
afterEach(() => home.remove());

const FILES = ["setting.ini", "dev/gateway.ini", "test/gateway.ini", "live/gateway.ini", "gateway.yaml"];

describe("gateway init", () => {
  it("writes a configuration that is valid, and says what comes next", async () => {
    const made = await home.run(["init", "--env", "test", "--email", "root@example.com", "--ledger-path", "~/l.db"]);
    expect(made.code).toBe(0);
    for (const file of FILES) expect(made.out).toContain(join(home.path, "config", file));
    expect(made.out).toContain("gateway config validate");
    const verdict = await home.json(["config", "validate"]);
    expect(verdict).toMatchObject({ valid: true, file: join(home.path, "config", "gateway.yaml"), notices: [] });
    const shown = await home.json<{ settings: { key: string; value: string; source: string }[] }>(["config", "show"]);
    const setting = (key: string) => shown.settings.find((each) => each.key === key);
    expect(setting("environment")?.value).toBe("test");
    expect(setting("admin_email")?.value).toBe("root@example.com");
    expect(setting("ledger_path")?.source).toContain("setting.ini");
    expect(existsSync(join(home.path, "l.db"))).toBe(true);
  });

  it("writes over nothing unless it is told to, and then over everything", async () => {
    expect(await home.json(["init", "--root", "sub"])).toEqual({
      written: FILES.map((file) => join(home.path, "sub/config", file)),
    });
    const file = join(home.path, "sub/config/gateway.yaml");
    writeFileSync(file, "providers: []");
    const refused = await home.run(["init", "--root", "sub"]);
    expect(refused).toMatchObject({ code: 1, out: "", err: expect.stringContaining(file) });
    expect(readFileSync(file, "utf8")).toBe("providers: []");
    expect((await home.run(["init", "--root", "sub", "--force"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).not.toBe("providers: []");
  });

  it("takes the flags of the earlier one, and says which do nothing", async () => {
    const old = [
      "--display-name",
      "x",
      "--base-url",
      "http://x",
      "--provider",
      "--publish-name",
      "p",
      "--model-family",
      "m",
      "--price",
      "0.5",
    ];
    const made = await home.run(["init", ...old, "--email", "dev@example.com", "--http-address", ":8081"]);
    expect(made.code).toBe(0);
    for (const flag of old.filter((each) => each.startsWith("--"))) expect(made.err).toContain(`${flag} has no effect`);
  });

  it("refuses values that would become other settings", async () => {
    const refused = await home.run(["init", "--email", "a@example.com\nauth_disabled = true"]);
    expect(refused.code).toBe(2);
    expect(existsSync(join(home.path, "config"))).toBe(false);
  });
});
