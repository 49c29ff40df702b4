import type { Command } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { contextOf } from "./context.ts";
import { findUser, nameOne } from "./find-user.ts";
import { when } from "./format.ts";
import { parseSpan } from "./parse-time.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

type Key = ReplyOf<"listKeys">[number];
type KeyRow = Key & { user: string };

const COLUMNS: Column<KeyRow>[] = [
  { title: "ID", value: (key) => String(key.id), right: true },
  { title: "NAME", value: (key) => key.name, min: 8 },
  { title: "KEY", value: (key) => `${key.prefix}…` },
  { title: "USER", value: (key) => key.user, min: 12 },
  { title: "SCOPES", value: (key) => key.scopes.join(",") || "–", min: 8, leaveOut: 3 },
  { title: "CREATED", value: (key) => when(key.createdAtUs), leaveOut: 2 },
  { title: "EXPIRES", value: (key) => expiry(key), leaveOut: 1 },
  { title: "STATE", value: stateOf, colour: (key) => (stateOf(key) === "active" ? "green" : "yellow") },
];

const expiry = (key: Key): string => (key.expiresAtUs === null ? "never" : when(key.expiresAtUs));

function stateOf(key: Key): string {
  if (key.revokedAtUs !== null) return "revoked";
  return key.expiresAtUs !== null && key.expiresAtUs <= Date.now() * 1000 ? "expired" : "active";
}

export function addApiKeys(admin: Command, world: CliWorld): void {
  const keys = admin.command("api-keys").description("client keys (tok_…)");
  keys
    .command("list")
    .description("client keys, by their first letters")
    .option("--user <user>", "only those of one user (id or e-mail address)")
    .action(async (options: { user?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const list = await withGateway(async (connection) => {
        const { client } = connection;
        const users = await client.call("listUsers");
        const found =
          options.user === undefined
            ? await client.call("listKeys")
            : await client.call("listUserKeys", { params: { id: (await findUser(connection, options.user)).id } });
        const emails = new Map(users.map(({ id, email }) => [id, email]));
        return found.map((key): KeyRow => ({ ...key, user: emails.get(key.userId) ?? String(key.userId) }));
      });
      await printer.list(list, COLUMNS, "There are no client keys. `gateway admin api-keys create` makes one.");
    });
  addCreate(keys, world);
  addRevoke(keys, world);
}

interface CreateFlags {
  user?: string;
  name: string;
  scopes?: string[];
  ttl?: number;
}

function addCreate(keys: Command, world: CliWorld): void {
  const words = (text: string): string[] =>
    text
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
  keys
    .command("create")
    .description("make a client key; it is shown once")
    .option("--user <user>", "whose key (id or e-mail address); the root administrator's when left out")
    .option("--name <name>", "what it is for", "key")
    .option("--scopes <list>", "words separated by commas", words)
    .option("--ttl <time>", "how long it is valid, such as 720h or 30d", parseSpan)
    .action(async (flags: CreateFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { key, token } = await withGateway((connection) => create(connection, flags));
      await printer.fields({ ...key, token }, [
        ["key", token],
        ["id", String(key.id)],
        ["name", key.name],
        ["expires", expiry(key)],
      ]);
      if (printer.form === "table") printer.line("\nKeep it now: it is not stored, and will not be shown again.");
    });
}

async function create(
  connection: Connection,
  { user, name, scopes, ttl }: CreateFlags,
): Promise<ReplyOf<"createUserKey">> {
  const { id } = user === undefined ? await findRoot(connection) : await findUser(connection, user);
  const body = { name, ...(scopes === undefined ? {} : { scopes }), ...(ttl === undefined ? {} : { ttlMs: ttl }) };
  return connection.client.call("createUserKey", { params: { id }, body });
}

async function findRoot({ client }: Connection): Promise<{ id: number }> {
  const root = (await client.call("listUsers")).find(
    ({ role, status }) => role === "root_admin" && status === "active",
  );
  if (root) return root;
  throw new CliError(EXIT.usage, "There is no active root administrator. Say whose key it is with --user.");
}

function addRevoke(keys: Command, world: CliWorld): void {
  keys
    .command("revoke")
    .alias("delete")
    .description("end a client key at once")
    .argument("[key]", "id, or the first letters of the key (tok_…)")
    .option("--id <key>", "the same")
    .action(async (argument: string | undefined, options: { id?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const wanted = nameOne("key", argument, options.id);
      const key = await withGateway(async (connection) => {
        const { id } = await findKey(connection, wanted);
        return connection.client.call("revokeKey", { params: { id } });
      });
      await printer.fields(key, [
        ["id", String(key.id)],
        ["name", key.name],
        ["key", `${key.prefix}…`],
        ["state", stateOf(key)],
      ]);
    });
}

const SHOWN_LETTERS = 12;

/** @throws CliError */
async function findKey({ client }: Connection, wanted: string): Promise<Key> {
  const isPrefix = wanted.startsWith("tok_") && wanted.length >= SHOWN_LETTERS;
  const found = (await client.call("listKeys")).filter((key) =>
    isPrefix ? key.prefix === wanted.slice(0, SHOWN_LETTERS) : String(key.id) === wanted,
  );
  const [key] = found;
  // Only the letters that lists show: the whole key may have been given.
  const name = wanted.slice(0, SHOWN_LETTERS);
  if (!key) throw new CliError(EXIT.notFound, `There is no key "${name}". \`gateway admin api-keys list\` shows them.`);
  if (found.length > 1) throw new CliError(EXIT.usage, `Several keys begin with "${name}". Name it by its id.`);
  return key;
}
