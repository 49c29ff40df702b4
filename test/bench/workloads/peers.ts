/** Gateways that others have made and that npm installs, between the same load and the same provider. */
import { type Bench, withSystems } from "../rig/bench.ts";
import { checkAnswer } from "../rig/peers/check-answer.ts";
import { startClaudeCodeRouter } from "../rig/peers/claude-code-router.ts";
import { installPeer, type PeerPackage } from "../rig/peers/install.ts";
import { startNineRouter } from "../rig/peers/nine-router.ts";
import { startPortkey } from "../rig/peers/portkey.ts";
import type { Figures } from "../rig/rounds.ts";
import { PAIR_MODELS, type Place, type System, startGateway } from "../rig/systems.ts";

interface ChatPeer {
  /** As its system is called. */
  name: string;
  package: PeerPackage;
  start(folder: string, place: Place): Promise<System>;
  /** So many times its throughput is the gateway's goal. */
  atLeast: number;
}

const CHAT_PEERS: readonly ChatPeer[] = [
  { name: "Portkey", package: "portkey", start: startPortkey, atLeast: 7 },
  { name: "9router", package: "9router", start: startNineRouter, atLeast: 35 },
];

export async function peers(bench: Bench): Promise<void> {
  for (const peer of CHAT_PEERS) await passThrough(bench, peer);
  await translation(bench);
}

async function passThrough(bench: Bench, peer: ChatPeer): Promise<void> {
  const installed = installPeer(peer.package);
  if ("skipped" in installed) return bench.fact(peer.name, installed.skipped);
  await withSystems([startGateway(bench.place), peer.start(installed.folder, bench.place)], async (systems) => {
    const kind = { wire: "chat", mode: "plain", bodyBytes: 2_000 } as const;
    for (const system of systems) await checkAnswer(system, bench.place, kind);
    const found = await bench.compare(`Beside ${peer.name}`, systems, { kind, connections: 16, sliceMs: 700 });
    relate(bench, `throughput to ${peer.name}'s`, found.get("gateway"), found.get(peer.name), peer.atLeast);
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
      const [own, other] = [found.get("gateway"), found.get("claude-code-router")];
      relate(bench, `translation, ${name}: throughput to claude-code-router's`, own, other, atLeast);
    }
  });
}

/** Nothing is told of how fast wrong answers come. */
function relate(
  bench: Bench,
  goal: string,
  own: Figures | undefined,
  other: Figures | undefined,
  atLeast: number,
): void {
  if (own === undefined || other === undefined) return;
  const bad = own.bad + other.bad;
  if (bad > 0) return bench.fact(goal, `not told: ${bad} requests were not answered as they should be`);
  if (other.perSecond > 0) bench.relate({ goal, value: own.perSecond / other.perSecond, atLeast });
}
