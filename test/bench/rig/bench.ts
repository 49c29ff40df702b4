/** One run of the bench: its programs, its provider and its places, and all that was found out. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAnswers } from "./answers.ts";
import { compileNative, type NativePrograms } from "./native.ts";
import { type Figures, type Load, runRounds } from "./rounds.ts";
import { type Place, type System, startProvider } from "./systems.ts";

export interface Table {
  title: string;
  /** What was sent, in words. */
  load: string;
  figures: Figures[];
}

/** A line of the report that is no table of systems. */
export interface Fact {
  name: string;
  value: string;
}

/** How a figure of one system relates to that of another, where the project has set itself a goal. */
export interface Relation {
  goal: string;
  value: number;
  /** The value has to be at most, or at least, so much. */
  atMost?: number;
  atLeast?: number;
}

export interface Bench {
  isFull: boolean;
  native: NativePrograms;
  place: Place;
  tables: Table[];
  facts: Fact[];
  relations: Relation[];
  /** Interleaved rounds over all systems; the figures are noted and returned by the systems' names. */
  compare(title: string, systems: readonly System[], load: Load, rounds?: number): Promise<Map<string, Figures>>;
  fact(name: string, value: string): void;
  relate(relation: Relation): void;
  say(text: string): void;
  close(): Promise<void>;
}

export async function openBench(isFull: boolean): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), "gateway-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const native = compileNative(join(folder, "native"));
  writeAnswers(join(folder, "answers"));
  const provider = await startProvider(native.provider, join(folder, "answers"));
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const bench: Bench = {
    isFull,
    native,
    place: { providerPort: provider.port, folder },
    tables: [],
    facts: [],
    relations: [],
    say,
    async compare(title, systems, load, rounds = isFull ? 12 : 6) {
      const options = { loadProgram: native.load, providerPid: provider.pid, folder, rounds, systems, load };
      const figures = await runRounds(options);
      bench.tables.push({ title, load: describeLoad(load), figures });
      say(`\n${title}: ${describeLoad(load)}\n${linesOf(figures).join("\n")}`);
      return new Map(figures.map((each) => [each.system, each]));
    },
    fact(name, value) {
      bench.facts.push({ name, value });
      say(`${name}: ${value}`);
    },
    relate(relation) {
      bench.relations.push(relation);
    },
    close: () => provider.stop(),
  };
  return bench;
}

export function describeLoad({ kind, connections }: Load): string {
  const bytes = kind.bodyBytes >= 1_000_000 ? `${kind.bodyBytes / 1_000_000} MB` : `${kind.bodyBytes / 1_000} KB`;
  const answers = {
    plain: "an answer of 1.4 KB",
    burst: "a stream of 200 pieces, back to back",
    one: "a stream of 200 pieces, in one write",
    paced: "a stream of 200 pieces, one each 10 ms",
    held: "a stream that stops after its first piece",
  };
  const answer = kind.surface === "embeddings" ? "64 vectors of 1,536 numbers" : answers[kind.mode];
  return `${kind.surface ?? kind.wire}, ${bytes} in, ${answer}, ${connections} at once`;
}

function linesOf(figures: Figures[]): string[] {
  const base = figures[0]?.cpuUs ?? null;
  return figures.map(({ system, cpuUs, cpuUsPerEvent, perSecond, p50Us, p99Us, firstByteUs, bad, spread }) => {
    const ratio = cpuUs === null || base === null ? "" : `${(cpuUs / base).toFixed(2)} x`;
    return [
      system.padEnd(22),
      (cpuUs === null ? "-" : `${cpuUs.toFixed(1)} us CPU`).padStart(16),
      ratio.padStart(9),
      `±${(spread * 100).toFixed(0)} %`.padStart(7),
      cpuUsPerEvent === null ? "" : `${cpuUsPerEvent.toFixed(1)} us/event`.padStart(16),
      `${perSecond.toFixed(0)}/s`.padStart(9),
      `p50 ${p50Us.toFixed(0)} us, p99 ${p99Us.toFixed(0)} us, first byte ${firstByteUs.toFixed(0)} us`,
      bad > 0 ? `${bad} BAD` : "",
    ].join(" ");
  });
}

/** Starts them, hands them over, and ends them whatever happens. */
export async function withSystems<Result>(
  starting: readonly Promise<System | null>[],
  use: (systems: System[]) => Promise<Result>,
): Promise<Result> {
  const started = await Promise.allSettled(starting);
  const systems = started.flatMap((each) => (each.status === "fulfilled" && each.value ? [each.value] : []));
  try {
    for (const each of started) if (each.status === "rejected") throw each.reason;
    return await use(systems);
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
  }
}
