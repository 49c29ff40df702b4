import type { Command } from "commander";
import type { HealthView } from "../admin-api/contract/health-schemas.ts";
import type { Colour } from "./colours.ts";
import { contextOf } from "./context.ts";
import { count, harmless, shortWhen } from "./format.ts";
import { type Printer, toJson } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type Target = HealthView["targets"][number];
type Event = HealthView["events"][number];

/** What a person is shown of the events; programs get them all. */
const SHOWN_EVENTS = 10;

export function addHealth(program: Command, world: CliWorld): void {
  program
    .command("health")
    .description("which providers, keys and models are asked, left alone, or worse than they used to be")
    .option("--reset [what]", "forget why a provider, or provider/model, is left alone; everything when left out")
    .option("--json", "print JSON")
    .action(async (options: { reset?: string | true; json?: true }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { reset } = options;
      const health = await withGateway(
        ({ client }) =>
          reset === undefined ? client.call("listHealth") : client.call("resetHealth", { body: filterOf(reset) }),
        { needsDaemon: true },
      );
      if (options.json) return printer.line(toJson(health, 2));
      if (await printer.data(health)) return;
      await printer.list(rowsOf(health), COLUMNS, "Nobody was asked yet.");
      tellMore(printer, health);
    });
}

/** Models may hold slashes, providers' ids do not. */
function filterOf(reset: string | true): { provider?: string; model?: string } {
  if (reset === true) return {};
  const at = reset.indexOf("/");
  return at < 0 ? { provider: reset } : { provider: reset.slice(0, at), model: reset.slice(at + 1) };
}

/** Probes may have opened a circuit before anything was asked. */
function rowsOf({ targets, circuits }: HealthView): Target[] {
  const unasked = circuits.filter(
    ({ provider, model }) =>
      !targets.some((target) => target.provider === provider && (model === null || target.model === model)),
  );
  const row = (circuit: HealthView["circuits"][number]): Target => ({
    ...circuit,
    model: circuit.model ?? "–",
    key: "–",
    attempts: 0,
    failures: 0,
    firstTokenP50Ms: null,
    tokensPerSecondP50: null,
    degraded: null,
  });
  return [...targets, ...unasked.map(row)].toSorted(
    (a, b) => a.provider.localeCompare(b.provider) || a.model.localeCompare(b.model) || a.key.localeCompare(b.key),
  );
}

function stateOf({ circuit, availableAtUs, degraded }: Target): string {
  if (circuit !== "closed") return circuit;
  if (availableAtUs !== null) return "resting";
  return degraded === null ? "ok" : "degraded";
}

const COLOUR: Readonly<Record<string, Colour>> = { ok: "green", open: "red" };
const number = (value: number | null): string => (value === null ? "–" : count(value));

const COLUMNS: Column<Target>[] = [
  { title: "PROVIDER", value: ({ provider }) => provider, min: 8 },
  { title: "MODEL", value: ({ model }) => model, min: 12 },
  { title: "KEY", value: ({ key }) => key, leaveOut: 1 },
  { title: "STATE", value: stateOf, colour: (target) => COLOUR[stateOf(target)] ?? "yellow" },
  { title: "ASKED", value: ({ attempts }) => count(attempts), right: true, leaveOut: 2 },
  { title: "FAILED", value: ({ failures }) => count(failures), right: true, leaveOut: 2 },
  { title: "FIRST MS", value: ({ firstTokenP50Ms }) => number(firstTokenP50Ms), right: true, leaveOut: 3 },
  { title: "TOKENS/S", value: ({ tokensPerSecondP50 }) => number(tokensPerSecondP50), right: true, leaveOut: 4 },
  { title: "WHY", value: ({ why, degraded }) => why ?? degraded ?? "", min: 20 },
];

function tellMore(printer: Printer, { events }: HealthView): void {
  if (events.length === 0) return;
  printer.line("");
  for (const event of events.slice(-SHOWN_EVENTS))
    printer.line(`${shortWhen(event.atUs)}  ${harmless(wordsFor(event))}`);
}

function wordsFor({ kind, provider, model, key, why }: Event): string {
  const who = [provider, model, key === null ? null : `key ${key}`].filter((part) => part !== null).join(" ");
  return why === null ? `${kind}: ${who}` : `${kind}: ${who}: ${why}`;
}
