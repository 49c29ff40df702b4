import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExplainQuestion, ExplanationView } from "../admin-api/contract/explain-schemas.ts";
import { SURFACES, WIRE_PROTOCOL_ALIASES, WIRE_PROTOCOLS, type WireProtocol } from "../ir/protocol.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { count, harmless, when } from "./format.ts";
import { parseMoment } from "./parse-time.ts";
import { type Printer, toJson } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface Flags extends Pick<ExplainQuestion, "wire" | "surface" | "agent" | "session" | "project" | "team" | "text"> {
  header?: Record<string, string>;
  asKey?: string;
  at?: number;
  body?: string;
  json?: true;
}

export function addRouteExplain(route: Command, world: CliWorld): void {
  route
    .command("explain")
    .description("where a request would go, and why; nothing is sent")
    .argument("<model>", "the model that it asks for")
    .addOption(new Option("--wire <protocol>", "what its client speaks (openai-chat)").argParser(parseWire))
    .addOption(new Option("--surface <name>", "what it asks for; the conversation of its wire").choices(SURFACES))
    .option("--header <name=value>", "a header that it has; may be given several times", addHeader)
    .option("--agent <name>", "the agent that sends it, such as claude-code")
    .option("--session <id>", "the session that it belongs to")
    .option("--project <name>", "the project that it belongs to")
    .option("--as-key <key>", "the client key that it comes with, by id, first letters or name")
    .option("--team <name>", "the team of that key")
    .option("--at <time>", "when it comes: a date and time, or 24h ago; now when left out", parseMoment)
    .addOption(new Option("--text <text>", "what the user says").conflicts("body"))
    .option("--body <file>", "its whole body, as JSON")
    .option("--json", "print JSON")
    .action(async (model: string, flags: Flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const body = questionOf(model, flags, world.cwd);
      const found = await withGateway(({ client }) => client.call("explainRoute", { body }));
      if (flags.json) printer.line(toJson(found, 2));
      else if (!(await printer.data(found))) await show(printer, found);
      if (found.error) throw new CliError(EXIT.failed, "");
    });
}

function questionOf(model: string, flags: Flags, cwd: string): ExplainQuestion {
  const { wire, surface, agent, session, project, team, text } = flags;
  const given = {
    wire,
    surface,
    agent,
    session,
    project,
    team,
    text,
    headers: flags.header,
    key: flags.asKey,
    atUs: flags.at,
    body: flags.body === undefined ? undefined : readBody(resolve(cwd, flags.body)),
  };
  return { model, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** @throws CliError */
function readBody(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined) throw new CliError(EXIT.usage, `${path} cannot be read (${code}).`);
  }
  throw new CliError(EXIT.usage, `${path} is no JSON object.`);
}

function parseWire(text: string): WireProtocol {
  const wire = WIRE_PROTOCOLS.find((each) => each === text) ?? WIRE_PROTOCOL_ALIASES[text];
  if (wire) return wire;
  throw new InvalidArgumentError(`Allowed choices are ${WIRE_PROTOCOLS.join(", ")}.`);
}

function addHeader(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value = ""] = /^([^=:\s]+)\s*[=:]\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Write it like x-tier=gold.");
  return { ...before, [name]: value };
}

type Target = ExplanationView["plan"]["targets"][number] & { place: number; health: string };

const TARGETS: Column<Target>[] = [
  { title: "#", value: ({ place }) => String(place), right: true },
  { title: "PROVIDER", value: ({ provider }) => provider, min: 8 },
  { title: "MODEL", value: ({ model }) => model, min: 12 },
  { title: "WIRE", value: ({ wire }) => wire, leaveOut: 1 },
  {
    title: "HEALTH",
    value: ({ health }) => health,
    min: 8,
    colour: ({ health }) => (health === "ready" ? "green" : "yellow"),
  },
  { title: "WHY", value: ({ reason }) => reason, min: 12 },
];

const LEFT_OUT: Column<ExplanationView["plan"]["leftOut"][number]>[] = [
  { title: "LEFT OUT", value: ({ provider }) => provider, min: 8 },
  { title: "MODEL", value: ({ model }) => model, min: 12 },
  { title: "WHY", value: ({ why }) => why, min: 12 },
];

async function show(printer: Printer, found: ExplanationView): Promise<void> {
  const { model, resolved, plan, policy, error } = found;
  const lines: [string, string][] = [
    ["model", resolved === model ? model : `${model}, which stands for ${resolved}`],
    ["asked", `${found.surface} in ${found.wire}, at ${when(found.atUs)}`],
    ["decided by", plan.matched],
  ];
  if (plan.variant !== null) lines.push(["variant", plan.variant]);
  if (error === null) lines.push(["policy", policyText(policy)]);
  if (found.byChance) lines.push(["by chance", "another request of this kind may go elsewhere"]);
  await printer.fields(found, lines);
  printer.line("");
  const targets = plan.targets.map((target, at) => ({ ...target, place: at + 1, health: healthText(target, found) }));
  await printer.list(targets, TARGETS, "Nobody would be asked.");
  if (error !== null)
    printer.line(`\n${printer.paint("red", `${error.status} ${error.code}`)}  ${harmless(error.message)}`);
  if (plan.leftOut.length === 0) return;
  printer.line("");
  await printer.list(plan.leftOut, LEFT_OUT, "");
  if (plan.leftOutMore > 0) printer.line(`… and ${count(plan.leftOutMore)} more`);
}

function policyText({ attempts, totalMs, resend, join, strict }: ExplanationView["policy"]): string {
  const words = [`${attempts} ${attempts === 1 ? "attempt" : "attempts"} within ${totalMs / 1000} s`];
  if (resend) words.push("sent again even where it may have been accepted");
  if (!join) words.push("never joined to the same request");
  if (strict) words.push("refused rather than changed");
  return words.join("; ");
}

/** Of the best key, as it is the one that would be used. */
function healthText({ provider, model }: { provider: string; model: string }, { health }: ExplanationView): string {
  const keys = health.filter((each) => each.provider === provider && each.model === model);
  const ready = keys.find(({ availableAtUs }) => availableAtUs === null);
  const [first] = keys.toSorted((a, b) => (a.availableAtUs ?? 0) - (b.availableAtUs ?? 0));
  return ready || !first ? "ready" : (first.why ?? "not now");
}
