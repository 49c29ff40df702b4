/** What becomes of a client key after it was made. */
import { type Command, Option } from "commander";
import { contextOf } from "./context.ts";
import { nameOne } from "./find-user.ts";
import { count, usd, when } from "./format.ts";
import { parseOverlap, type TermFlags, teamIdOf, termsOf, withTerms } from "./key-flags.ts";
import { findKey, type Key, showKey, showMade } from "./key-words.ts";
import { parseSpan } from "./parse-time.ts";
import type { CliWorld } from "./world.ts";

const DAY_MS = 86_400_000;

interface UpdateFlags extends TermFlags {
  id?: string;
  name?: string;
  ttl?: number;
  forever?: boolean;
}

export function addUpdate(keys: Command, world: CliWorld): void {
  withTerms(
    keys
      .command("update")
      .description("change what a client key is called and may do")
      .argument("[key]", "id, or the first letters of the key (tok_…)")
      .option("--id <key>", "the same")
      .option("--name <name>", "what it is for")
      .option("--team <team>", "the team that it counts for (id or name)")
      .option("--ttl <time>", "how long it is valid from now on", parseSpan)
      .option("--forever", "it does not expire"),
  ).action(async (argument: string | undefined, flags: UpdateFlags, command: Command) => {
    const { printer, withGateway } = contextOf(command, world);
    const wanted = nameOne("key", argument, flags.id);
    const key = await withGateway(async (connection) => {
      const { id, limits } = await findKey(connection, wanted);
      const teamId = await teamIdOf(connection, flags.team);
      const expiresAtUs = flags.forever ? null : flags.ttl === undefined ? undefined : (Date.now() + flags.ttl) * 1000;
      const body = {
        ...(await termsOf(connection, flags, limits)),
        ...(flags.name === undefined ? {} : { name: flags.name }),
        ...(teamId === undefined ? {} : { teamId }),
        ...(expiresAtUs === undefined ? {} : { expiresAtUs }),
      };
      return connection.client.call("updateKey", { params: { id }, body });
    });
    await showKey(printer, key);
  });
}

export function addRotate(keys: Command, world: CliWorld): void {
  keys
    .command("rotate")
    .description("give a client key a new token; the one before is good for a while still")
    .argument("[key]", "id, or the first letters of the key (tok_…)")
    .option("--id <key>", "the same")
    .option("--overlap <time>", "how long the token before is good, such as 24h; 0 ends it at once", parseOverlap)
    .action(async (argument: string | undefined, flags: { id?: string; overlap?: number }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const wanted = nameOne("key", argument, flags.id);
      const made = await withGateway(async (connection) => {
        const { id } = await findKey(connection, wanted);
        const body = { overlapMs: flags.overlap ?? DAY_MS };
        return connection.client.call("rotateKey", { params: { id }, body });
      });
      await showMade(printer, made);
      const { previousUntilUs } = made.key;
      if (printer.form === "table" && previousUntilUs !== null)
        printer.line(`The token before is good until ${when(previousUntilUs)}.`);
    });
}

export function addShow(keys: Command, world: CliWorld): void {
  keys
    .command("show")
    .description("a client key, what it may do and what it has used")
    .argument("<key>", "id, or the first letters of the key (tok_…)")
    .action(async (wanted: string, _flags: object, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { key, usage } = await withGateway(async (connection) => {
        const found = await findKey(connection, wanted);
        const used = await connection.client.call("usageSummary", { query: { apiKeyId: found.id } });
        return { key: found, usage: used };
      });
      const all: Key & { usage: typeof usage } = { ...key, usage };
      await showKey(printer, all, [
        ["requests", count(usage.requests)],
        ["cost", usd(usage.costNano)],
      ]);
    });
}

export function addRevoke(keys: Command, world: CliWorld): void {
  keys
    .command("revoke")
    .alias("delete")
    .description("end a client key at once")
    .argument("[key]", "id, or the first letters of the key (tok_…)")
    .option("--id <key>", "the same")
    .option("--reason <text>", "told to whoever uses it still")
    .addOption(new Option("--hard").hideHelp())
    .action(async (argument: string | undefined, options: { id?: string; reason?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const wanted = nameOne("key", argument, options.id);
      const key = await withGateway(async (connection) => {
        const { id } = await findKey(connection, wanted);
        return connection.client.call("revokeKey", { params: { id }, query: { reason: options.reason } });
      });
      await showKey(printer, key);
    });
}
