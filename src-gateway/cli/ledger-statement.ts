import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { usdOfNano } from "../lib/usd.ts";
import { contextOf } from "./context.ts";
import { findUser } from "./find-user.ts";
import { count } from "./format.ts";
import { runJob } from "./ledger-job.ts";
import type { CliWorld } from "./world.ts";

interface Flags {
  month: string;
  out: string;
  user?: string;
  apiKey?: string;
  team?: string;
}

export function addLedgerStatement(ledger: Command, world: CliWorld): void {
  ledger
    .command("statement")
    .description("the signed statement of a month, as JSON, as CSV and as a page to print")
    .requiredOption("--month <month>", "such as 2026-11, in UTC")
    .requiredOption("--out <dir>", "the folder for the three files")
    .option("--user <user>", "only one user (id or e-mail address)")
    .option("--api-key <id>", "only one client key, by its number")
    .option("--team <name>", "only the client keys of one team")
    .action(async (flags: Flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const result = await withGateway(async (connection) => {
        const body = {
          month: flags.month,
          ...(flags.user === undefined ? {} : { userId: (await findUser(connection, flags.user)).id }),
          ...(flags.apiKey === undefined ? {} : { apiKeyId: Number(flags.apiKey) }),
          ...(flags.team === undefined ? {} : { team: flags.team }),
        };
        return runJob(
          connection,
          world,
          await connection.client.call("makeStatement", { body }),
          (schemas) => schemas.statementResultSchema,
        );
      });
      const folder = resolve(world.cwd, flags.out);
      await mkdir(folder, { recursive: true });
      const files = result.files.map(({ name, text }) => ({ path: join(folder, basename(name)), text }));
      // It says who used what: for its owner's eyes.
      for (const { path, text } of files) await writeFile(path, text, { mode: 0o600 });
      const paths = files.map(({ path }) => path);
      const { month, costNano, requests, unpriced } = result;
      if (await printer.data({ month, costNano, requests, unpriced, files: paths })) return;
      const missing = unpriced === 0 ? "" : `, ${count(unpriced)} of them without a price`;
      printer.line(`${usdOfNano(costNano)} for ${count(requests)} requests in ${month}${missing}.`);
      for (const path of paths) printer.line(path);
    });
}
