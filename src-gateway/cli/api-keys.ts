import { type Command, Option } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { contextOf } from "./context.ts";
import { findUser } from "./find-user.ts";
import { when } from "./format.ts";
import { addRevoke, addRotate, addShow, addUpdate } from "./key-changes.ts";
import { limitsInWords, type TermFlags, teamIdOf, termsOf, withTerms } from "./key-flags.ts";
import { expiry, type Key, showMade, stateOf } from "./key-words.ts";
import { parseSpan } from "./parse-time.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type KeyRow = Key & { user: string };

const COLUMNS: Column<KeyRow>[] = [
  { title: "ID", value: (key) => String(key.id), right: true },
  { title: "NAME", value: (key) => key.name, min: 8 },
  { title: "KEY", value: (key) => `${key.prefix}…` },
  { title: "USER", value: (key) => key.user, min: 12 },
  { title: "SCOPES", value: (key) => key.scopes.join(",") || "–", min: 8, leaveOut: 3 },
  { title: "LIMITS", value: (key) => limitsInWords(key.limits), min: 6, leaveOut: 4 },
  { title: "CREATED", value: (key) => when(key.createdAtUs), leaveOut: 5 },
  { title: "USED", value: (key) => (key.lastUsedAtUs === null ? "never" : when(key.lastUsedAtUs)), leaveOut: 2 },
  { title: "EXPIRES", value: (key) => expiry(key), leaveOut: 1 },
  { title: "STATE", value: stateOf, colour: (key) => (stateOf(key) === "active" ? "green" : "yellow") },
];

export function addApiKeys(admin: Command, world: CliWorld): void {
  const keys = admin.command("api-keys").description("client keys (tok_…)");
  keys
    .command("list")
    .description("client keys, by their first letters")
    .option("--user <user>", "only those of one user (id or e-mail address)")
    .option("--team <team>", "only those that count for one team (id or name)")
    .addOption(new Option("--state <state>", "only these").choices(["active", "expired", "revoked"]))
    .action(async (options: { user?: string; team?: string; state?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const list = await withGateway(async (connection) => {
        const { client } = connection;
        const { user, team, state } = options;
        const userId = user === undefined ? undefined : (await findUser(connection, user)).id;
        const teamId = await teamIdOf(connection, team);
        const found = await client.call("listKeys", { query: { userId, teamId, state } });
        const emails = new Map((await client.call("listUsers")).map(({ id, email }) => [id, email]));
        const owner = (key: Key): string => (key.isService ? `team ${key.teamId ?? "–"}` : String(key.userId));
        return found.map((key): KeyRow => ({ ...key, user: emails.get(key.userId) ?? owner(key) }));
      });
      await printer.list(list, COLUMNS, "There are no client keys. `gateway admin api-keys create` makes one.");
    });
  addCreate(keys, world);
  addShow(keys, world);
  addUpdate(keys, world);
  addRotate(keys, world);
  addRevoke(keys, world);
}

interface CreateFlags extends TermFlags {
  user?: string;
  name: string;
  ttl?: number;
}

function addCreate(keys: Command, world: CliWorld): void {
  withTerms(
    keys
      .command("create")
      .description("make a client key; it is shown once")
      .option("--user <user>", "whose key (id or e-mail address); the root administrator's when left out")
      .option("--team <team>", "the team that it counts for; without --user the key belongs to the team itself")
      .option("--name <name>", "what it is for", "key")
      .option("--ttl <time>", "how long it is valid, such as 720h or 30d", parseSpan),
  ).action(async (flags: CreateFlags, command: Command) => {
    const { printer, withGateway } = contextOf(command, world);
    await showMade(printer, await withGateway((connection) => create(connection, flags)));
  });
}

async function create(connection: Connection, flags: CreateFlags): Promise<ReplyOf<"createUserKey">> {
  const { user, team, name, ttl } = flags;
  const { client } = connection;
  const terms = await termsOf(connection, flags, null);
  const teamId = await teamIdOf(connection, team);
  const body = { name, ...terms, ...(ttl === undefined ? {} : { ttlMs: ttl }) };
  if (teamId !== undefined && user === undefined) return client.call("createTeamKey", { params: { id: teamId }, body });
  const { id } = user === undefined ? await findRoot(connection) : await findUser(connection, user);
  return client.call("createUserKey", {
    params: { id },
    body: { ...body, ...(teamId === undefined ? {} : { teamId }) },
  });
}

async function findRoot({ client }: Connection): Promise<{ id: number }> {
  const root = (await client.call("listUsers")).find(
    ({ role, status }) => role === "root_admin" && status === "active",
  );
  if (root) return root;
  throw new CliError(EXIT.usage, "There is no active root administrator. Say whose key it is with --user.");
}
