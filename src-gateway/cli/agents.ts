import type { Command } from "commander";
import type { AgentView } from "../admin-api/contract/agent-schemas.ts";
import type { AgentState } from "../agents/desk.ts";
import { RECIPES } from "../agents/recipes/recipes.ts";
import { addressOf, openDesk, seenBy, told } from "./agent-desk.ts";
import type { Colour } from "./colours.ts";
import type { Connection } from "./connect.ts";
import { type Context, contextOf } from "./context.ts";
import { harmless, shortWhen, when } from "./format.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

const COLOURS: Partial<Record<AgentView["state"], Colour>> = {
  verified: "green",
  connected: "green",
  drifted: "red",
  conflicting: "yellow",
  moved: "yellow",
  managed: "yellow",
};

const COLUMNS: Column<AgentView>[] = [
  { title: "AGENT", value: ({ id }) => id },
  { title: "VERSION", value: ({ version }) => version ?? "–", leaveOut: 2 },
  { title: "STATE", value: ({ state }) => state, colour: ({ state }) => COLOURS[state] ?? "plain" },
  { title: "LAST REQUEST", value: ({ lastRequestAtUs: us }) => (us === null ? "–" : shortWhen(us)), leaveOut: 1 },
  { title: "FILE", value: ({ files, where }) => files.join(", ") || (where ?? "–"), min: 16 },
];

export function addAgents(program: Command, world: CliWorld): void {
  program
    .command("agents")
    .description("the coding agents of this computer, and how they are connected")
    .action((_options, command: Command) => list(contextOf(command, world)));
}

export const agentArgument = (program: Command, name: string) =>
  program.createArgument(name, "which agent").choices(RECIPES.map(({ id }) => id));

async function list(context: Context): Promise<void> {
  const { printer, withGateway } = context;
  const agents = await withGateway(async (connection) => {
    const desk = await openDesk(context, connection);
    const states = await told(desk.list());
    return viewsOf(context, connection, states);
  });
  const shown = printer.form === "table" ? agents.filter(({ state }) => state !== "not-installed") : agents;
  await printer.list(shown, COLUMNS, "No agent that is known was found on this computer.");
  const missing = agents.length - shown.length;
  if (missing > 0) printer.note(`${missing} more are known and not installed; \`gateway agents -o json\` lists all.`);
}

async function viewsOf(context: Context, connection: Connection, states: AgentState[]): Promise<AgentView[]> {
  const { agentView } = await import("../agents/view.ts");
  const baseUrl = await addressOf(context, connection).catch(() => null);
  return Promise.all(
    states.map(async (state) => agentView(state, await seenBy(connection, state.journal?.apiKeyId ?? null), baseUrl)),
  );
}

/** How it is connected, what has become of its settings, and what is stronger than they are. */
export async function showAgent(context: Context, id: string): Promise<void> {
  const { printer, withGateway } = context;
  const [agent] = await withGateway(async (connection) => {
    const desk = await openDesk(context, connection);
    return viewsOf(context, connection, [await told(desk.state(id))]);
  });
  if (!agent) return;
  const time = (us: number | null): string => (us === null ? "–" : when(us));
  await printer.fields(agent, [
    ["agent", `${agent.title}${agent.version === null ? "" : ` ${agent.version}`}`],
    ["state", agent.state],
    ["found at", agent.where ?? "–"],
    ["files", agent.files.join(", ") || "–"],
    ["gateway", agent.baseUrl ?? "–"],
    ["model", agent.model ?? "its own choice"],
    ["connected", time(agent.connectedAtUs)],
    ["first request", time(agent.verifiedAtUs)],
    ["last request", time(agent.lastRequestAtUs)],
  ]);
  if (printer.form === "table") tellTroubles(context, agent);
}

function tellTroubles({ printer }: Context, { id, drift, conflicts, state }: AgentView): void {
  for (const line of [...drift.map(driftWords), ...conflicts.map(conflictWords)]) printer.line(harmless(line));
  if (state === "drifted" || state === "moved") printer.line(`\n\`gateway repair ${id}\` writes its settings again.`);
}

const place = (path: string, line: number | null): string => (line === null ? path : `${path}:${line}`);

function driftWords({ path, line, key, what, now }: AgentView["drift"][number]): string {
  if (key === null) return `drift: ${place(path, line)} ${what === "gone" ? "is gone" : "cannot be read any more"}`;
  return `drift: ${place(path, line)} ${key} ${what === "gone" ? "is gone" : `is ${now ?? "something else"} by now`}`;
}

export function conflictWords({ kind, where, line, key }: AgentView["conflicts"][number]): string {
  const at = place(where, line);
  if (kind === "policy") return `managed: ${at} sets ${key}; nothing can be written against it`;
  const what = { environment: "is set in", shell: "is set by", project: "is set by the project's" }[kind];
  return `conflict: ${key} ${what} ${at}, which is stronger than the agent's own settings`;
}
