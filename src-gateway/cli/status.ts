import type { Command } from "commander";
import type { AnnouncementView, UpdateView } from "../admin-api/contract/notice-endpoints.ts";
import type { StatusView } from "../admin-api/contract/schemas.ts";
import { agentArgument, showAgent } from "./agents.ts";
import { contextOf } from "./context.ts";
import { count, harmless, shortWhen } from "./format.ts";
import type { Printer } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

export function addStatus(program: Command, world: CliWorld): void {
  program
    .command("status")
    .description(
      "how the gateway is, and whether there is a new version; how an agent is connected, where one is named",
    )
    .addArgument(agentArgument(program, "[agent]"))
    .action(async (agent: string | undefined, _options, command: Command) => {
      if (agent !== undefined) return showAgent(contextOf(command, world), agent);
      const { printer, withGateway } = contextOf(command, world);
      const found = await withGateway(
        async ({ client }) => ({
          status: await client.call("getStatus"),
          updates: await client.call("getUpdates"),
          announcements: await client.call("listAnnouncements"),
        }),
        { needsDaemon: true },
      );
      if (await printer.data(found)) return;
      for (const line of statusLines(found.status)) printer.line(line);
      tellUpdates(printer, found.updates);
      for (const announcement of found.announcements) tellAnnouncement(printer, announcement);
    });
}

export function addAnnouncements(program: Command, world: CliWorld): void {
  program
    .command("announcements")
    .description("what the marketplace announces")
    .option("--all", "also those that were put away")
    .option("--dismiss <id>", "put one away, for everybody")
    .action(async (options: { all?: true; dismiss?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { dismiss } = options;
      const rows = await withGateway(async ({ client }) => {
        if (dismiss !== undefined) await client.call("dismissAnnouncement", { params: { id: dismiss } });
        return client.call("listAnnouncements", { query: options.all ? { dismissed: true } : {} });
      });
      await printer.list(rows, COLUMNS, "Nothing is announced.");
    });
}

const COLUMNS: Column<AnnouncementView>[] = [
  { title: "ID", value: ({ id }) => id, reserve: 10 },
  { title: "TYPE", value: ({ type }) => type, colour: ({ type }) => (type === "security" ? "red" : "yellow") },
  { title: "TITLE", value: ({ title }) => title, min: 20 },
  { title: "SINCE", value: ({ firstSeenUs }) => shortWhen(firstSeenUs), leaveOut: 1 },
  { title: "PUT AWAY", value: ({ dismissedAtUs }) => (dismissedAtUs === null ? "–" : shortWhen(dismissedAtUs)) },
];

function statusLines(status: StatusView): string[] {
  const rows: [string, string][] = [
    ["version", status.version],
    ["address", status.url],
    ["since", shortWhen(status.startedAtUs)],
    ["database", status.database],
    ["open requests", count(status.openExchanges)],
    ["records waiting", count(status.recordsWaiting)],
    ...(status.configProblem === null ? [] : [["configuration", status.configProblem] satisfies [string, string]]),
    ...status.notices.map((notice): [string, string] => ["note", notice]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(16)} ${harmless(value)}`);
}

function tellUpdates(printer: Printer, updates: UpdateView): void {
  if (updates.updateAvailable) {
    const what = updates.securityUpdate ? "SECURITY UPDATE" : "new version";
    printer.line("");
    printer.line(`${what}: ${harmless(updates.latestVersion ?? "")} ${harmless(updates.url ?? "")}`.trimEnd());
    if (updates.notes !== null) for (const line of updates.notes.split("\n")) printer.line(`  ${harmless(line)}`);
  } else if (!updates.isAsked) {
    printer.line(`${"updates".padEnd(16)} nobody is asked: ${harmless(updates.offBecause ?? "")}`);
  } else {
    const when = updates.checkedAtUs === null ? "not asked yet" : `asked ${shortWhen(updates.checkedAtUs)}`;
    printer.line(`${"updates".padEnd(16)} ${when}; ${updates.problem === null ? "none" : harmless(updates.problem)}`);
  }
  if (updates.message !== null) printer.line(harmless(updates.message));
}

function tellAnnouncement(printer: Printer, { type, title, message, url }: AnnouncementView): void {
  printer.line("");
  printer.line(`${harmless(type)}: ${harmless(title)}`);
  for (const line of message === "" ? [] : message.split("\n")) printer.line(`  ${harmless(line)}`);
  if (url !== null) printer.line(`  ${harmless(url)}`);
}
