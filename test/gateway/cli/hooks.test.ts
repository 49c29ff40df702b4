import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeliveryView, HookView } from "../../../src-gateway/admin-api/contract/hook-endpoints.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeEach(() => {
  home = newHome();
});
afterEach(() => home.remove());

/** A script that writes down what it is told, or fails. */
function configure(exitCode = 0): string {
  mkdirSync(home.dataDir, { recursive: true });
  const script = join(home.dataDir, "told.sh");
  writeFileSync(script, `#!/bin/sh\ncat >> told.log\necho "said by the script"\nexit ${exitCode}\n`);
  chmodSync(script, 0o755);
  const hooks = [{ name: "mirror", events: ["gateway.user.*"], script: "told.sh" }];
  writeFileSync(join(home.dataDir, "gateway.yaml"), JSON.stringify({ hooks }));
  return join(home.dataDir, "told.log");
}

// Each command is a process of its own, which takes its time on a busy machine.
describe("gateway hooks, while no gateway runs", { timeout: 120_000 }, () => {
  it("says that there is none", async () => {
    const { out, code } = await home.run(["hooks"]);
    expect({ code, out: out.trim() }).toEqual({ code: 0, out: "No hook is configured." });
  });

  it("writes down for the next start whom it has to tell of", async () => {
    configure();
    expect((await home.run(["admin", "users", "create", "--email", "ada@example.com"])).code).toBe(0);
    const items = await home.json<DeliveryView[]>(["hooks", "deliveries"]);
    expect(items).toMatchObject([
      { eventType: "gateway.user.provisioned", state: "waiting", attempts: 0, hook: "mirror" },
    ]);
    const resync = await home.json<{ users: number }>(["hooks", "resync", "--hook", "mirror"]);
    expect(resync.users).toBe(2);
    const [hook] = await home.json<HookView[]>(["hooks", "list"]);
    expect(hook).toMatchObject({ name: "mirror", kind: "script", state: "on", waiting: 3 });
  });

  it("tries a hook at once, and says what became of it", async () => {
    const log = configure();
    const good = await home.run(["hooks", "test", "mirror"]);
    expect(good.out).toMatch(/said by the script\nmirror took it, in \d+ ms\./);
    expect(readFileSync(log, "utf8")).toContain('"type":"gateway.hook.test"');
    configure(7);
    const bad = await home.run(["hooks", "test", "mirror"]);
    expect(bad.code).toBe(1);
    expect(bad.err).toContain("mirror did not take it: it ended with exit code 7");
    const missing = await home.run(["hooks", "test", "nobody"]);
    expect(missing.err).toContain("There is no hook of this name. There are: mirror.");
  });

  it("wants to know what is to be made once more", async () => {
    configure();
    expect((await home.run(["hooks", "replay"])).code).toBe(2);
    expect((await home.run(["hooks", "replay", "12"])).err).toContain("There is no delivery 12");
    expect(await home.json(["hooks", "replay", "--dead"])).toEqual({ replayed: 0 });
    expect((await home.run(["hooks", "dead"])).out.trim()).toBe("Nothing was given up.");
  });
});
