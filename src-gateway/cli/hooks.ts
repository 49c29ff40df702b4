import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import type { DeliveryView, HookView } from "../admin-api/contract/hook-endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { shortWhen } from "./format.ts";
import type { Printer } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface PageOptions {
  hook?: string;
  type?: string;
  state?: "waiting" | "delivered" | "dead";
  limit: number;
  cursor?: string;
}

export function addHooks(program: Command, world: CliWorld): void {
  const hooks = program.command("hooks").description("scripts and webhooks that are told what happens");
  hooks
    .command("list", { isDefault: true })
    .description("the configured hooks, and how they are")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const rows = await withGateway(({ client }) => client.call("listHooks"));
      await printer.list(rows, HOOK_COLUMNS, "No hook is configured.");
    });
  addLists(hooks, world);
  addReplay(hooks, world);
  hooks
    .command("test")
    .description("send a hook an event of its own, now")
    .argument("<hook>", "its name")
    .action(async (name: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const reply = await withGateway(({ client }) => client.call("testHook", { params: { name } }));
      if (!(await printer.data(reply))) {
        if (reply.output !== "") printer.line(reply.output);
        if (reply.isDelivered) printer.line(`${name} took it, in ${reply.ms} ms.`);
      }
      if (!reply.isDelivered)
        throw new CliError(EXIT.failed, `${name} did not take it: ${reply.problem ?? "no reason"}`);
    });
  hooks
    .command("resync")
    .description("tell hooks of every user once more")
    .option("--hook <name>", "only this one")
    .action(async (options: { hook?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const reply = await withGateway(({ client }) => client.call("resyncHooks", { body: options }));
      if (!(await printer.data(reply))) printer.line(`${reply.users} users are told once more.`);
    });
}

function addLists(hooks: Command, world: CliWorld): void {
  const paged = (command: Command): Command =>
    command
      .option("--hook <name>", "only of this hook")
      .option("--type <pattern>", "only of these events, such as gateway.user.*")
      .option("--cursor <cursor>", "go on where another page ended")
      .option("-n, --limit <count>", "how many", wholeNumber, 50);
  paged(hooks.command("deliveries").description("what hooks were told, newest first"))
    .addOption(new Option("--state <state>", "only these").choices(["waiting", "delivered", "dead"]))
    .action(async (options: PageOptions, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const page = await withGateway(({ client }) => client.call("listHookDeliveries", { query: options }));
      await showPage(printer, page, "No hook was told anything.");
    });
  paged(hooks.command("dead").description("what hooks could not be told")).action(
    async (options: PageOptions, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const page = await withGateway(({ client }) => client.call("listHookDeadLetters", { query: options }));
      await showPage(printer, page, "Nothing was given up.");
    },
  );
}

async function showPage(printer: Printer, page: ReplyOf<"listHookDeliveries">, whenEmpty: string): Promise<void> {
  await printer.list(page.items, DELIVERY_COLUMNS, whenEmpty);
  if (page.nextCursor !== null) printer.note(`There is more: --cursor ${page.nextCursor}`);
}

function addReplay(hooks: Command, world: CliWorld): void {
  hooks
    .command("replay")
    .description("make deliveries once more")
    .argument("[id]", "the number of a delivery", wholeNumber)
    .option("--dead", "all that were given up")
    .option("--hook <name>", "with --dead: only of this hook")
    .action(async (id: number | undefined, options: { dead?: true; hook?: string }, command: Command) => {
      if ((id === undefined) === (options.dead === undefined))
        throw new CliError(EXIT.usage, "name a delivery, or say --dead");
      const { printer, withGateway } = contextOf(command, world);
      if (id !== undefined) {
        const delivery = await withGateway(({ client }) => client.call("replayHookDelivery", { params: { id } }));
        if (!(await printer.data(delivery))) printer.line(`Delivery ${id} is made once more.`);
        return;
      }
      const body = options.hook === undefined ? {} : { hook: options.hook };
      const reply = await withGateway(({ client }) => client.call("replayHookDeadLetters", { body }));
      if (!(await printer.data(reply))) printer.line(`${reply.replayed} deliveries are made once more.`);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It is no whole number.");
  return Number(text);
}

const time = (us: number | null): string => (us === null ? "–" : shortWhen(us));

const HOOK_COLUMNS: Column<HookView>[] = [
  { title: "HOOK", value: ({ name }) => name, min: 8 },
  { title: "KIND", value: ({ kind }) => kind, leaveOut: 3 },
  { title: "TO", value: ({ target }) => target, min: 12, leaveOut: 2 },
  { title: "EVENTS", value: ({ events }) => events.join(" "), min: 10, leaveOut: 4 },
  {
    title: "STATE",
    value: ({ state, why }) => (why === null ? state : `${state}: ${why}`),
    colour: ({ state }) => (state === "on" ? "green" : "yellow"),
  },
  { title: "WAITING", value: ({ waiting }) => String(waiting), right: true },
  { title: "DEAD", value: ({ dead }) => String(dead), right: true, colour: ({ dead }) => (dead > 0 ? "red" : "plain") },
  { title: "LAST", value: ({ lastDeliveredAtUs }) => time(lastDeliveredAtUs), leaveOut: 1 },
  { title: "PROBLEM", value: ({ lastProblem }) => lastProblem ?? "–", min: 10 },
];

const DELIVERY_COLUMNS: Column<DeliveryView>[] = [
  { title: "ID", value: ({ id }) => String(id), right: true },
  { title: "WHEN", value: ({ createdAtUs }) => time(createdAtUs) },
  { title: "HOOK", value: ({ hook }) => hook, min: 8 },
  { title: "EVENT", value: ({ eventType }) => eventType, min: 14 },
  {
    title: "STATE",
    value: ({ state }) => state,
    colour: ({ state }) => (state === "dead" ? "red" : state === "waiting" ? "yellow" : "green"),
  },
  { title: "TRIES", value: ({ attempts }) => String(attempts), right: true, leaveOut: 2 },
  { title: "NEXT", value: ({ nextAtUs }) => time(nextAtUs), leaveOut: 3 },
  { title: "PROBLEM", value: ({ lastProblem }) => lastProblem ?? "–", min: 10, leaveOut: 1 },
];
