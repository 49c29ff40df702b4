import type { Command } from "commander";
import { confirm } from "./agent-connect.ts";
import { openDesk, seenBy, told } from "./agent-desk.ts";
import { agentArgument } from "./agents.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { type Context, contextOf } from "./context.ts";
import { harmless } from "./format.ts";
import type { CliWorld } from "./world.ts";

interface Flags {
  all?: true;
  yes?: true;
  keepHistory?: true;
  keepKey?: true;
}

export function addAgentDisconnect(program: Command, world: CliWorld): void {
  program
    .command("disconnect")
    .description("take an agent's settings back as they were, and end its key")
    .addArgument(agentArgument(program, "[agent]"))
    .option("--all", "all that are connected")
    .option("-y, --yes", "do not ask")
    .option("--keep-history", "leave what old sessions of the agent need to be opened")
    .option("--keep-key", "do not end its client key")
    .action(async (id: string | undefined, flags: Flags, command: Command) => {
      const context = contextOf(command, world);
      await context.withGateway(async (connection) => {
        const desk = await openDesk(context, connection);
        const connected = (await told(desk.list()))
          .filter(({ journal }) => journal !== null)
          .map(({ recipe }) => recipe.id);
        if ((id === undefined) === (flags.all === undefined))
          throw new CliError(EXIT.usage, "Name an agent, or say --all. `gateway agents` lists them.");
        if (id !== undefined && !connected.includes(id)) throw new CliError(EXIT.failed, `${id} is not connected.`);
        for (const each of id === undefined ? connected : [id])
          await disconnectOne({ context, connection, desk, flags }, each);
      });
    });
}

async function disconnectOne(
  run: {
    context: Context;
    connection: Parameters<typeof seenBy>[0];
    desk: Awaited<ReturnType<typeof openDesk>>;
    flags: Flags;
  },
  id: string,
): Promise<void> {
  const { context, connection, desk, flags } = run;
  const { printer } = context;
  const { recipe, journal } = await told(desk.state(id));
  const hasHistory = journal?.files.some(({ keys }) => keys.some(({ holdsHistory }) => holdsHistory)) ?? false;
  const { firstAtUs } = await seenBy(connection, journal?.apiKeyId ?? null);
  if (hasHistory && firstAtUs !== null && !flags.keepHistory) {
    printer.note(
      `Sessions that ${recipe.title} held through the gateway cannot be opened afterwards; --keep-history leaves what they need.`,
    );
  }
  await confirm(context, flags, `Disconnect ${recipe.title}?`);
  const done = await told(desk.disconnect(id, { keepHistory: flags.keepHistory === true }));
  if (done === null) return;
  const { undoneFiles } = await import("../agents/view.ts");
  const files = undoneFiles(done.files);
  const revokedKeyId = flags.keepKey || done.apiKeyId === null ? null : done.apiKeyId;
  if (revokedKeyId !== null) await connection.client.call("revokeKey", { params: { id: revokedKeyId } });
  if (await printer.data({ id, files, revokedKeyId })) return;
  const words = {
    restored: "is as it was, byte for byte",
    removed: "was not there before, and is gone",
    keys: "has lost what the gateway had written, and keeps what was changed since",
    untouched: "holds nothing of the gateway's any more",
  };
  printer.line(printer.paint("green", `${recipe.title} is disconnected.`));
  for (const { path, how, left } of files) {
    printer.line(harmless(`${path} ${words[how]}.`));
    for (const { key, line, why } of left) {
      if (why !== "gone")
        printer.note(harmless(`${path}:${line ?? ""} ${key} was changed since, and was left as it is.`));
    }
  }
  if (revokedKeyId !== null) printer.line("Its key has ended.");
}
