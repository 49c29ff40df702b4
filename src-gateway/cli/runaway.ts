import type { Command } from "commander";
import type { RunawayView } from "../admin-api/contract/runaway-endpoints.ts";
import { contextOf } from "./context.ts";
import { count, shortWhen } from "./format.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

export function addRunaway(program: Command, world: CliWorld): void {
  const runaway = program.command("runaway").description("agents that run in circles");
  runaway
    .command("list")
    .description("who runs in circles, and what is done about it")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const rows = await withGateway(({ client }) => client.call("listRunaways"), { needsDaemon: true });
      await printer.list(rows, COLUMNS, "No agent runs in circles.");
    });
  runaway
    .command("resume")
    .description("let an agent that was paused go on")
    .argument("<id>", "as the refusal and the list name it (rw_…)")
    .action(async (id: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const row = await withGateway(({ client }) => client.call("resumeRunaway", { params: { id } }), {
        needsDaemon: true,
      });
      if (!(await printer.data(row))) printer.line(`${row.id} may go on.`);
    });
}

const COLUMNS: Column<RunawayView>[] = [
  { title: "ID", value: ({ id }) => id, reserve: 15 },
  { title: "WHAT", value: ({ kind }) => kind, min: 14 },
  { title: "COUNT", value: (row) => count(row.count), right: true },
  { title: "DONE", value: ({ level }) => level, colour: ({ level }) => (level === "pause" ? "red" : "yellow") },
  { title: "AGENT", value: ({ agent }) => agent ?? "–", min: 8, leaveOut: 2 },
  { title: "PROJECT", value: ({ project }) => project ?? "–", min: 8, leaveOut: 4 },
  { title: "MODEL", value: ({ model }) => model, min: 10, leaveOut: 3 },
  { title: "LAST", value: ({ lastUs }) => shortWhen(lastUs), leaveOut: 1 },
];
