/**
 * All systems are up at once and are asked in turns, A B C and then C B A, so that a slow moment of the machine meets each
 * of them. Figures are medians over the rounds; what counts is how they relate to those of another system of the same run.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { besideCommand, place } from "./placing.ts";
import { cpuNs } from "./processes.ts";
import { type RequestKind, requestBytes } from "./requests.ts";
import type { System } from "./systems.ts";

export interface Load {
  kind: RequestKind;
  connections: number;
  sliceMs: number;
  /** Requests before the first slice; 30,000 unless said otherwise. */
  warmUps?: number;
  /** What is measured is meant for more than one processor. */
  isSpread?: boolean;
}

/** What one slice showed. CPU is the system's own, in microseconds per request that was answered, or per event of a stream. */
export interface Slice {
  cpuUs: number | null;
  cpuUsPerEvent: number | null;
  perSecond: number;
  p50Us: number;
  p99Us: number;
  firstByteUs: number;
  bad: number;
}

export interface Figures extends Slice {
  system: string;
  /** Half of the distance between the quartiles, as a share of the median: how far the CPU figures scatter. */
  spread: number;
  rounds: number;
}

interface LoadReport {
  answered: number;
  bad: number;
  seconds: number;
  events: number;
  p50Us: number;
  p99Us: number;
  firstByteP50Us: number;
}

export interface RoundOptions {
  loadProgram: string;
  providerPid: number;
  folder: string;
  rounds: number;
  systems: readonly System[];
  load: Load;
}

export async function runRounds(options: RoundOptions): Promise<Figures[]> {
  const { loadProgram, folder, rounds, systems, load } = options;
  const slices = new Map<System, Slice[]>(systems.map((system) => [system, []]));
  const files = new Map<System, string>();
  for (const system of systems) {
    const file = join(folder, `request-${system.port}`);
    const model = `${system.modelPrefix ?? ""}${load.kind.model ?? "mock"}`;
    writeFileSync(file, requestBytes({ ...load.kind, model }, system.headers(load.kind)));
    files.set(system, file);
  }
  if (load.isSpread !== true) {
    place(options.providerPid, "beside");
    for (const { pid, morePids = [] } of systems)
      for (const each of pid === null ? [] : [pid, ...morePids]) place(each, "measured");
  }
  const slice = async (system: System, ms: number, requests: number): Promise<Slice> => {
    const before = cpuOf(system);
    const args = [system.port, load.connections, ms, files.get(system) ?? "", requests].map(String);
    const report = await (load.isSpread === true ? ask(loadProgram, args) : ask(...besideCommand(loadProgram, args)));
    if (report.answered === 0) throw new Error(`${system.name} has answered nothing: ${describe(load)}`);
    // What is written behind the answers belongs to them.
    if (system.pid !== null) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const us = system.pid === null ? null : (cpuOf(system) - before) / 1000;
    return {
      cpuUs: us === null ? null : us / Math.max(1, report.answered),
      cpuUsPerEvent: us === null || report.events === 0 ? null : us / report.events,
      perSecond: report.answered / report.seconds,
      p50Us: report.p50Us,
      p99Us: report.p99Us,
      firstByteUs: report.firstByteP50Us,
      bad: report.bad,
    };
  };
  for (const system of systems) await slice(system, WARM_UP_MS, load.warmUps ?? WARM_UPS);
  for (let round = -UNCOUNTED_ROUNDS; round < rounds; round++) {
    for (const system of round % 2 === 0 ? systems : systems.toReversed()) {
      const found = await slice(system, load.sliceMs, -1);
      if (round >= 0) slices.get(system)?.push(found);
    }
  }
  return systems.map((system) => summarize(system.name, slices.get(system) ?? []));
}

/**
 * So many requests until the compiler of the engine is done with what they meet: after 8,000 its threads still took a third
 * of a small request's CPU. Fewer where that takes too long.
 */
const WARM_UPS = 30_000;
const WARM_UP_MS = 20_000;
/** Who was warmed first has rested for longest: by then all have rested alike. */
const UNCOUNTED_ROUNDS = 2;
const SETTLE_MS = 120;

const describe = ({ kind, connections }: Load): string => `${JSON.stringify(kind)}, ${connections} at once`;

const cpuOf = ({ pid, morePids = [] }: System): number =>
  pid === null ? 0 : [pid, ...morePids].reduce((sum, each) => sum + cpuNs(each), 0);

function ask(program: string, args: string[]): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output) as LoadReport);
      else reject(new Error(`The load ended with ${code}.`));
    });
  });
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low = 0, high = 0] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

function summarize(system: string, slices: Slice[]): Figures {
  const of = (pick: (slice: Slice) => number | null): number | null => {
    const values = slices.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : quantile(values, 0.5);
  };
  const cost = slices.map((slice) => slice.cpuUs ?? slice.p50Us);
  return {
    system,
    cpuUs: of((slice) => slice.cpuUs),
    cpuUsPerEvent: of((slice) => slice.cpuUsPerEvent),
    perSecond: of((slice) => slice.perSecond) ?? 0,
    p50Us: of((slice) => slice.p50Us) ?? 0,
    p99Us: of((slice) => slice.p99Us) ?? 0,
    firstByteUs: of((slice) => slice.firstByteUs) ?? 0,
    bad: slices.reduce((sum, slice) => sum + slice.bad, 0),
    spread: (quantile(cost, 0.75) - quantile(cost, 0.25)) / 2 / Math.max(1e-9, quantile(cost, 0.5)),
    rounds: slices.length,
  };
}
