/** Long requests, and long answers: what it costs to look into them, beside a proxy that passes the bytes on blindly. */
import { type Bench, withSystems } from "../rig/bench.ts";
import { startGateway, startNginxProxy, startProxy } from "../rig/systems.ts";

export async function bodies(bench: Bench): Promise<void> {
  const { place } = bench;
  const starting = [
    startProxy("http-agent", place),
    startProxy("http-undici", place),
    startNginxProxy(place),
    startGateway(place),
  ];
  await withSystems(starting, async (systems) => {
    for (const [bodyBytes, connections, warmUps] of [
      [500_000, 4, 1_000],
      [20_000_000, 2, 30],
    ] as const) {
      const kind = { wire: "chat", mode: "plain", bodyBytes } as const;
      const found = await bench.compare("Bodies", systems, { kind, connections, sliceMs: 1_000, warmUps });
      const [own, blind] = [found.get("gateway")?.cpuUs, found.get("node:http + undici")?.cpuUs];
      if (bodyBytes > 500_000 || !own || !blind) continue;
      bench.relate({ goal: "CPU of a 500 KB body, to a blind proxy", value: own / blind, atMost: 1.3 });
    }
    const kind = { wire: "chat", surface: "embeddings", mode: "plain", bodyBytes: 16_000 } as const;
    await bench.compare("Embeddings", systems, { kind, connections: 4, sliceMs: 1_000, warmUps: 300 });
  });
}
