/** What the ledger takes of the throughput: the gateway beside a build of it that writes nothing down. */
import { type Bench, withSystems } from "../rig/bench.ts";
import { builtGateway, startGateway } from "../rig/systems.ts";
import { buildWithoutLedger } from "../rig/without-ledger.ts";

export async function recording(bench: Bench): Promise<void> {
  const systems = [
    startGateway(bench.place, { script: builtGateway }),
    startGateway(bench.place, { name: "without a ledger", script: await buildWithoutLedger() }),
  ];
  await withSystems(systems, async (all) => {
    for (const connections of [16, 128]) {
      const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
      const found = await bench.compare("With a ledger and without", all, { kind, connections, sliceMs: 700 });
      const [own, other] = [found.get("gateway"), found.get("without a ledger")];
      if (!own || !other) continue;
      const goal = `throughput with the ledger to without it, at ${connections} connections`;
      bench.relate({ goal, value: own.perSecond / other.perSecond, atLeast: 0.85 });
    }
  });
}
