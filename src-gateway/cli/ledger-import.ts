import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { z } from "zod";
import type { importResultSchema } from "../admin-api/contract/ledger-schemas.ts";
import { contextOf } from "./context.ts";
import { findUser } from "./find-user.ts";
import { count, harmless } from "./format.ts";
import { runJob } from "./ledger-job.ts";
import type { CliWorld } from "./world.ts";

interface Flags {
  direction: "consume" | "supply" | "both";
  mapUser: Record<string, string>;
  mapKey: Record<string, number>;
  apply?: true;
}

function pair(text: string): [string, string] {
  const [, old, here] = /^(\d+)=(.+)$/.exec(text) ?? [];
  if (old === undefined || here === undefined)
    throw new InvalidArgumentError("Write it like 3=ann@example.com or 3=12.");
  return [old, here];
}

export function addLedgerImport(ledger: Command, world: CliWorld): void {
  ledger
    .command("import")
    .description("take over the ledger.db of an earlier gateway; without --apply it only says what would come")
    .argument("<file>", "its ledger.db; identity.db beside it tells who its users are")
    .addOption(
      new Option("--direction <which>", "only use, or only supply")
        .choices(["consume", "supply", "both"])
        .default("both"),
    )
    .option(
      "--map-user <old=user>",
      "which user of this gateway an old id is (id or e-mail address)",
      (text: string, before) => {
        const [old, here] = pair(text);
        return { ...(before as Record<string, string>), [old]: here };
      },
      {},
    )
    .option(
      "--map-key <old=id>",
      "which client key an old id is, by its number",
      (text: string, before) => {
        const [old, here] = pair(text);
        return { ...(before as Record<string, number>), [old]: Number(here) };
      },
      {},
    )
    .option("--apply", "enter them")
    .action(async (file: string, flags: Flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const result = await withGateway(async (connection) => {
        const users: Record<string, number> = {};
        for (const [old, here] of Object.entries(flags.mapUser)) users[old] = (await findUser(connection, here)).id;
        const { direction, mapKey: keys, apply = false } = flags;
        const body = { file: resolve(world.cwd, file), direction, users, keys, apply };
        return runJob(
          connection,
          world,
          await connection.client.call("importLedger", { body }),
          (schemas) => schemas.importResultSchema,
        );
      });
      if (await printer.data(result)) return;
      for (const line of linesOf(result)) printer.line(harmless(line));
    });
}

function linesOf(result: z.infer<typeof importResultSchema>): string[] {
  const { applied, imported, known, leftOut, refused, refusedMore, supplied, withoutUser } = result;
  const verb = applied ? "were taken over" : "would be taken over";
  return [
    `${count(imported)} entries ${verb} (${count(supplied)} of them supply), with ${count(result.inputTokens)} tokens of input and ${count(result.outputTokens)} of output.`,
    ...(known === 0 ? [] : [`${count(known)} were taken over before.`]),
    ...(leftOut === 0 ? [] : [`${count(leftOut)} are left out: deleted, or of the other direction.`]),
    ...refused.map(({ entry, problem }) => `Entry ${entry} cannot be read: ${problem}.`),
    ...(refusedMore === 0 ? [] : [`… and ${count(refusedMore)} more.`]),
    ...withoutUser.map(
      ({ user, email, entries }) =>
        `${count(entries)} entries of user ${user}${email === null ? "" : ` (${email})`} come without a user; --map-user ${user}=… names one.`,
    ),
    ...(applied || imported === 0 ? [] : ["Nothing was changed. Run it again with --apply to enter this."]),
  ];
}
