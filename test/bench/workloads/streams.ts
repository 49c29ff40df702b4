/** Streams of 200 pieces: as fast as they go, and one piece each 10 ms as people see them. */
import { type Bench, withSystems } from "../rig/bench.ts";
import { startUsualSystems } from "../rig/systems.ts";

export async function streams(bench: Bench): Promise<void> {
  const { place, isFull } = bench;
  await withSystems(startUsualSystems(place), async (systems) => {
    const flatOut = isFull
      ? ([
          ["one", 16],
          ["burst", 1],
          ["burst", 16],
        ] as const)
      : ([["burst", 16]] as const);
    for (const [mode, connections] of flatOut) {
      const kind = { wire: "chat", mode, bodyBytes: 2_000 } as const;
      await bench.compare("Streams, flat out", systems, { kind, connections, sliceMs: 700, warmUps: 2_000 });
    }
    const kind = { wire: "chat", mode: "paced", bodyBytes: 2_000 } as const;
    const load = { kind, connections: 16, sliceMs: 1_000, warmUps: 64 };
    const found = await bench.compare("Streams, paced", systems, load, isFull ? 6 : 3);
    const [own, nginx] = [found.get("gateway"), found.get("nginx")];
    if (!own || !nginx) return;
    bench.relate({
      goal: "first byte of 16 paced streams, to nginx's",
      value: own.firstByteUs / nginx.firstByteUs,
      atMost: 3,
    });
    if (own.cpuUsPerEvent && nginx.cpuUsPerEvent) {
      const value = own.cpuUsPerEvent / nginx.cpuUsPerEvent;
      bench.relate({ goal: "CPU per event of a paced stream, to nginx's", value, atMost: 3.5 });
    }
  });
}
