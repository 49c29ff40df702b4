/** Gateways that others have made and that npm installs, between the same load and the same provider. */
import { type Bench, withSystems } from "../rig/bench.ts";
import { installPeer, startClaudeCodeRouter, startPortkey } from "../rig/peers.ts";
import { PAIR_MODELS, type System, startGateway } from "../rig/systems.ts";

export async function peers(bench: Bench): Promise<void> {
  await passThrough(bench);
  await translation(bench);
}

async function passThrough(bench: Bench): Promise<void> {
  const portkey = installPeer("portkey");
  if ("skipped" in portkey) return bench.fact("Portkey", portkey.skipped);
  await withSystems([startGateway(bench.place), startPortkey(portkey.folder, bench.place)], async (systems) => {
    const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
    const load = { kind, connections: 16, sliceMs: 700 };
    const found = await bench.compare("Beside Portkey", systems, load);
    relate(bench, "throughput to Portkey's", found.get("gateway")?.perSecond, found.get("Portkey")?.perSecond, 7);
  });
}

async function translation(bench: Bench): Promise<void> {
  const router = installPeer("claude-code-router");
  if ("skipped" in router) return bench.fact("claude-code-router", router.skipped);
  const starting: Promise<System>[] = [startGateway(bench.place), startClaudeCodeRouter(router.folder, bench.place)];
  await withSystems(starting, async (systems) => {
    const cases = [
      ["2 KB", "plain", 2_000, 12],
      ["50 KB", "plain", 50_000, 30],
      ["a stream", "burst", 2_000, 6],
    ] as const;
    for (const [name, mode, bodyBytes, atLeast] of cases) {
      const kind = { wire: "messages", mode, bodyBytes, model: PAIR_MODELS.chat } as const;
      const load = { kind, connections: 16, sliceMs: 1_000 };
      const found = await bench.compare("Anthropic to OpenAI, beside claude-code-router", systems, load);
      const [own, other] = [found.get("gateway")?.perSecond, found.get("claude-code-router")?.perSecond];
      relate(bench, `translation, ${name}: throughput to claude-code-router's`, own, other, atLeast);
    }
  });
}

function relate(bench: Bench, goal: string, own: number | undefined, other: number | undefined, atLeast: number): void {
  if (own && other) bench.relate({ goal, value: own / other, atLeast });
}
