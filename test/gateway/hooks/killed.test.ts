import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { GatewayEvent } from "../../../src-gateway/hooks/types.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { until } from "../../support/until.ts";
import { type FakeReceiver, startReceiver } from "./fake-receiver.ts";
import { HOOK_SECRET } from "./hook-world.ts";

const daemon = fileURLToPath(new URL("../../../src-gateway/bin/gatewayd.ts", import.meta.url));
const define = `data:text/javascript,globalThis.__VERSION__="0.0.0-test"`;

describeOnBothDatabases("a gateway that is killed", (database) => {
  let receiver: FakeReceiver;
  let children: ChildProcess[] = [];
  let problem: Error | null = null;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    children = [];
    problem = null;
    await receiver.stop();
  });

  function start(): ChildProcess {
    writeFileSync(
      join(database.folder, "gateway.yaml"),
      JSON.stringify({
        hooks: [
          { name: "ops", events: ["gateway.started"], webhook: receiver.url, secret: "env:S", allow_private: true },
        ],
      }),
    );
    const child = spawn(process.execPath, ["--import", define, daemon, "--port", "0", "--data-dir", database.folder], {
      cwd: database.folder,
      env: {
        PATH: process.env["PATH"],
        HOME: database.folder,
        S: HOOK_SECRET,
        TOKLIGENCE_LEDGER_PATH: database.url,
        TOKLIGENCE_LOG_LEVEL: "error",
      },
      stdio: "ignore",
    });
    children.push(child);
    return child;
  }
  const told = (): GatewayEvent[] => {
    if (problem !== null) throw problem;
    return receiver.received.map(({ body }) => JSON.parse(body) as GatewayEvent);
  };
  const pidsTold = (): unknown[] => told().map(({ metadata }) => metadata["pid"]);

  it("in the middle of a delivery makes it once more when it starts again, at once and under the same id", async () => {
    receiver.answers[0] = { status: 200, silent: true };
    const first = start();
    await until(() => told().length === 1, 5);
    const gone = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGKILL");
    await gone;
    receiver.answers[0] = { status: 200 };
    const second = start();
    await until(() => pidsTold().includes(second.pid) && pidsTold().filter((pid) => pid === first.pid).length === 2, 5);
    const ofFirst = told().filter(({ metadata }) => metadata["pid"] === first.pid);
    expect(new Set(ofFirst.map(({ id }) => id)).size).toBe(1);
    const store = await database.open();
    await until(
      async () =>
        (await store.db.selectFrom("hook_deliveries").select("id").where("state", "=", "delivered").execute())
          .length === 2,
      10,
    );
    expect(told()).toHaveLength(3);
  }, 90_000);
});
