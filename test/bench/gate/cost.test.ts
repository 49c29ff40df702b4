import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtGateway } from "../rig/systems.ts";
import { compareWithBare } from "./compare.ts";

/**
 * What the built gateway may cost, in bare proxies: half more than the worse of two runs (1.9 and 2.5, and 2.8 and 4.2), one of
 * which had the other tests beside it. Lower them when the gateway gets cheaper. See docs/performance.md.
 */
const LIMITS: Readonly<Record<string, number>> = { "whole answer": 4, stream: 6 };

const LIMIT_MS = 180_000;

it("costs no more CPU per request than so many bare proxies (needs a Linux kernel)", { timeout: LIMIT_MS }, async ({
  skip,
}) => {
  if (!existsSync("/proc/self/schedstat")) return skip("this kernel does not count the time of each process");
  if (!existsSync(builtGateway)) return skip("there is no build; run npm run build");
  const folder = mkdtempSync(join(tmpdir(), "gateway-gate-"));
  try {
    const found = await compareWithBare(folder);
    const rows = found.map(({ name, bareUs, gatewayUs, ratio }) => ({
      answer: name,
      "bare proxy, us": Math.round(bareUs),
      "gateway, us": Math.round(gatewayUs),
      ratio: Number(ratio.toFixed(2)),
      limit: LIMITS[name],
    }));
    // The only test whose figures are worth reading when it passes.
    console.table(rows);
    expect(found.filter(({ name, ratio }) => ratio > (LIMITS[name] ?? 0))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
