/** `gateway flags`: abilities that are switched while the gateway runs. */
import { type Command, Option } from "commander";
import type { FlagView } from "../admin-api/contract/switch-endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface SetFlags {
  percentage?: string;
  user?: string;
  environment?: "dev" | "test" | "live";
}

export function addFlags(program: Command, world: CliWorld): void {
  const flags = program.command("flags").description("abilities that are switched while the gateway runs");
  flags
    .command("list")
    .description("what can be switched, and what was decided")
    .action(async (_flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      await printer.list(await withGateway(({ client }) => client.call("listFlags")), COLUMNS, "");
    });
  flags
    .command("set")
    .description("switch an ability on or off: for all, an environment, a user or a share of them")
    .argument("<name>", "as the list names it")
    .argument("<state>", "on, off, or standard, which forgets everything that was decided")
    .option("--percentage <n>", "on for this share of the users only, always the same ones")
    .option("--user <id>", "for this user only, whatever holds for others")
    .addOption(new Option("--environment <name>", "for this environment only").choices(["dev", "test", "live"]))
    .action(async (name: string, state: string, options: SetFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      if (!["on", "off", "standard"].includes(state)) throw new CliError(EXIT.usage, "Say on, off or standard.");
      const row = await withGateway(async ({ client }) => {
        const before = (await client.call("listFlags")).find((each) => each.name === name)?.rule ?? {};
        const rule = state === "standard" ? null : { ...before, ...changed(before, state === "on", options) };
        return client.call("updateFlag", { params: { name }, body: { rule } });
      });
      await printer.list([row], COLUMNS, "");
    });
}

function changed(before: NonNullable<FlagView["rule"]>, on: boolean, options: SetFlags): NonNullable<FlagView["rule"]> {
  const { user, environment, percentage } = options;
  if (user !== undefined) return { users: { ...before.users, [user]: on } };
  if (environment !== undefined) return { environments: { ...before.environments, [environment]: on } };
  if (percentage !== undefined) return { percentage: on ? Number(percentage) : 100 - Number(percentage) };
  return { on, percentage: undefined };
}

const COLUMNS: Column<FlagView>[] = [
  { title: "NAME", value: ({ name }) => name, min: 10 },
  { title: "STATE", value: ({ isOn }) => (isOn ? "on" : "off"), colour: ({ isOn }) => (isOn ? "green" : "yellow") },
  { title: "RULE", value: ({ rule }) => (rule === null ? "standard" : JSON.stringify(rule)), min: 8, leaveOut: 2 },
  { title: "WHAT", value: ({ description }) => description, min: 10, leaveOut: 1 },
];
