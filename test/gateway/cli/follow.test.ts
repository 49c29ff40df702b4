import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { ask } from "../admin-api/admin-client.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
let gateway: TestGateway;
let key: string;
beforeEach(async () => {
  home = newHome();
  gateway = await startTestGateway({ dataDir: home.dataDir });
  ({ key } = gateway);
});
afterEach(async () => {
  await gateway.stop();
  home.remove();
});

const idOf = (reply: Response): string => reply.headers.get("x-request-id") ?? "";

describe("gateway logs --follow", () => {
  it("begins with the last ones, prints each that ends, and stops on Ctrl+C", async () => {
    const before = idOf(await ask(gateway, key));
    await gateway.exchanges(1);
    const run = home.start(["logs", "--follow"]);
    await run.says(new RegExp(before));
    const after = idOf(await ask(gateway, key, "no-such-model"));
    await run.says(new RegExp(`${after}.*404 refused`));
    run.signal("SIGINT");
    const { code, out, err } = await run.ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.trim().split("\n");
    expect(lines).toHaveLength(3);
    // What comes later stands below what came before.
    expect(lines.map((line) => line.indexOf("chat"))).toEqual([
      -1,
      ...lines.slice(1).map(() => lines[1]?.indexOf("chat")),
    ]);
  });

  it("prints its titles where there is nothing yet, and only what is asked for", async () => {
    const run = home.start(["logs", "-f", "--failed"]);
    await run.says(/^TIME/);
    await ask(gateway, key);
    const failed = idOf(await ask(gateway, key, "no-such-model"));
    await run.says(new RegExp(failed));
    run.signal("SIGTERM");
    expect((await run.ended).out).not.toContain("200 completed");
  });

  it("goes on when the gateway is started anew, with nothing missing and nothing twice", async () => {
    const run = home.start(["logs", "-f", "--json"]);
    const ids = [idOf(await ask(gateway, key))];
    await run.says(new RegExp(ids[0] ?? "-"));
    await gateway.stop();
    await run.says(/went away/);
    gateway = await startTestGateway({ dataDir: home.dataDir });
    // Ended before the stream was open again, most likely: then it has to be caught up.
    ids.push(idOf(await ask(gateway, key)));
    await run.says(/is back/);
    ids.push(idOf(await ask(gateway, key)));
    await run.says(new RegExp(ids[2] ?? "-"));
    await run.says(new RegExp(ids[1] ?? "-"));
    run.signal("SIGINT");
    const { out } = await run.ended;
    const printed = out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as ExchangeView).requestId);
    expect(printed.toSorted()).toEqual(ids.toSorted());
  });
});
