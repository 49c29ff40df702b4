/** Every wire a client may speak, streaming, to every wire a provider may speak. */
import { type Bench, withSystems } from "../rig/bench.ts";
import type { Wire } from "../rig/requests.ts";
import { PAIR_MODELS, startGateway } from "../rig/systems.ts";

const WIRES: readonly Wire[] = ["chat", "messages", "responses", "gemini"];

export async function pairs(bench: Bench): Promise<void> {
  await withSystems([startGateway(bench.place)], async (systems) => {
    for (const from of WIRES) {
      for (const to of WIRES) {
        const kind = { wire: from, mode: "burst", bodyBytes: 2_000, model: PAIR_MODELS[to] } as const;
        const load = { kind, connections: 16, sliceMs: 600, warmUps: 1_500 };
        await bench.compare(`${from} to ${to}`, systems, load, bench.isFull ? 6 : 3);
      }
    }
  });
}
