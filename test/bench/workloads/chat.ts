/** Small requests and answers, over one connection up to a thousand. */
import { type Bench, withSystems } from "../rig/bench.ts";
import type { Figures } from "../rig/rounds.ts";
import { startUsualSystems } from "../rig/systems.ts";

export async function chat(bench: Bench): Promise<void> {
  const { place, isFull } = bench;
  await withSystems(startUsualSystems(place), async (systems) => {
    for (const connections of isFull ? [1, 16, 128, 1_000] : [1, 16, 128]) {
      const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
      const load = { kind, connections, sliceMs: connections > 128 ? 1_000 : 500 };
      relate(bench, connections, await bench.compare("Chat", systems, load));
    }
    if (!isFull) return;
    for (const bodyBytes of [1_000, 50_000]) {
      const kind = { wire: "chat", mode: "plain", bodyBytes } as const;
      await bench.compare("Chat", systems, { kind, connections: 16, sliceMs: 500 });
    }
  });
}

function relate(bench: Bench, connections: number, found: Map<string, Figures>): void {
  const own = found.get("gateway");
  const bare = found.get("node:http + Agent");
  const nginx = found.get("nginx");
  const straight = found.get("direct");
  if (!own?.cpuUs || !bare?.cpuUs) return;
  if (connections === 16 || connections === 128) {
    const at = `at ${connections} connections`;
    bench.relate({
      goal: `CPU per request to a bare node:http proxy, ${at}`,
      value: own.cpuUs / bare.cpuUs,
      atMost: 0.8,
    });
    if (nginx?.cpuUs)
      bench.relate({ goal: `CPU per request to nginx, ${at}`, value: own.cpuUs / nginx.cpuUs, atMost: 4 });
  }
  if (connections === 1 && nginx && straight) {
    const added = (figures: Figures): number => figures.p50Us - straight.p50Us;
    bench.relate({
      goal: "added p50 over one connection to nginx's",
      value: added(own) / Math.max(1, added(nginx)),
      atMost: 2.2,
    });
  }
}
