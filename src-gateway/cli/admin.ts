import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { contextOf } from "./context.ts";
import { type Column, green, print, printOne, whenOf, write, yellow } from "./output.ts";

type User = ReplyOf<"listUsers">[number];
type Key = ReplyOf<"listKeys">[number];

const USER_COLUMNS: Column<User>[] = [
  { title: "ID", value: (user) => String(user.id), right: true },
  { title: "E-MAIL", value: (user) => user.email },
  { title: "NAME", value: (user) => user.displayName, max: 30 },
  { title: "ROLE", value: (user) => user.role },
  { title: "STATUS", value: (user) => (user.status === "active" ? green(user.status) : yellow(user.status)) },
  { title: "CREATED (UTC)", value: (user) => whenOf(user.createdAtUs) },
];

const KEY_COLUMNS: Column<Key>[] = [
  { title: "ID", value: (key) => String(key.id), right: true },
  { title: "NAME", value: (key) => key.name, max: 30 },
  { title: "KEY", value: (key) => `${key.prefix}…` },
  { title: "USER", value: (key) => String(key.userId), right: true },
  { title: "SCOPES", value: (key) => key.scopes.join(",") || "–" },
  { title: "EXPIRES (UTC)", value: (key) => (key.expiresAtUs === null ? "never" : whenOf(key.expiresAtUs)) },
  { title: "STATE", value: (key) => (key.revokedAtUs === null ? green("active") : yellow("revoked")) },
];

export function addAdminCommands(program: Command): void {
  const admin = program.command("admin").description("users and client keys");
  addUsers(admin.command("users").description("who may use the gateway"));
  addKeys(admin.command("api-keys").description("client keys"));
}

function addUsers(users: Command): void {
  users
    .command("list")
    .description("all users")
    .action(async (_options, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const list = await withGateway(({ client }) => client.call("listUsers"));
      print(list, USER_COLUMNS, form, "There are no users.");
    });
  users
    .command("create")
    .description("add a user")
    .requiredOption("--email <address>", "e-mail address")
    .addOption(new Option("--role <role>", "what the user may do").choices(["gateway_user", "gateway_admin", "root_admin"]).default("gateway_user"))
    .option("--name <name>", "display name")
    .action(async (options: { email: string; role: User["role"]; name?: string }, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const body = { email: options.email, role: options.role, ...(options.name === undefined ? {} : { displayName: options.name }) };
      const user = await withGateway(({ client }) => client.call("createUser", { body }));
      print([user], USER_COLUMNS, form, "");
    });
  for (const [name, status, about] of [
    ["suspend", "suspended", "turn a user and all their keys away"],
    ["activate", "active", "let a suspended user in again"],
  ] as const) {
    users
      .command(name)
      .description(about)
      .argument("[user]", "id or e-mail address")
      .option("--id <user>", "the same")
      .action(async (argument: string | undefined, options: { id?: string }, command: Command) => {
        const { form, with: withGateway } = contextOf(command);
        const user = await withGateway(async (connection) => {
          const { id } = await findUser(connection, argument ?? options.id);
          return connection.client.call("updateUser", { params: { id }, body: { status } });
        });
        print([user], USER_COLUMNS, form, "");
      });
  }
}

function addKeys(keys: Command): void {
  keys
    .command("list")
    .description("client keys, by their first letters")
    .option("--user <user>", "only those of one user (id or e-mail address)")
    .action(async (options: { user?: string }, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const list = await withGateway(async (connection) => {
        if (options.user === undefined) return connection.client.call("listKeys");
        return connection.client.call("listUserKeys", { params: { id: (await findUser(connection, options.user)).id } });
      });
      print(list, KEY_COLUMNS, form, "There are no client keys. `gateway admin api-keys create` makes one.");
    });
  keys
    .command("create")
    .description("make a client key; it is shown once")
    .option("--user <user>", "whose key (id or e-mail address); the root administrator's when left out")
    .option("--name <name>", "what it is for", "key")
    .option("--scopes <list>", "words separated by commas", (text) => text.split(",").map((word) => word.trim()).filter(Boolean))
    .option("--ttl <time>", "how long it is valid, such as 720h or 30d", parseTtl)
    .action(async (options: { user?: string; name: string; scopes?: string[]; ttl?: number }, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const made = await withGateway(async (connection) => {
        const { id } = await findUser(connection, options.user ?? (await rootOf(connection)));
        const body = {
          name: options.name,
          ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
          ...(options.ttl === undefined ? {} : { ttlMs: options.ttl }),
        };
        return connection.client.call("createUserKey", { params: { id }, body });
      });
      printOne({ ...made.key, token: made.token }, form, [
        ["key", made.token],
        ["id", String(made.key.id)],
        ["name", made.key.name],
        ["expires", made.key.expiresAtUs === null ? "never" : `${whenOf(made.key.expiresAtUs)} UTC`],
      ]);
      if (form === "table") write("\nKeep it now: only its fingerprint is stored.");
    });
  keys
    .command("revoke")
    .alias("delete")
    .description("end a client key at once")
    .argument("[key]", "id, or the first letters of the key")
    .option("--id <key>", "the same")
    .action(async (argument: string | undefined, options: { id?: string }, command: Command) => {
      const { form, with: withGateway } = contextOf(command);
      const wanted = argument ?? options.id;
      const key = await withGateway(async ({ client }) => {
        const found = (await client.call("listKeys")).filter((each) => String(each.id) === wanted || (wanted?.startsWith("tok_") && each.prefix === wanted.slice(0, 12)));
        if (!found[0]) throw new CliError(wanted === undefined ? 2 : 5, wanted === undefined ? "Name the key by its id or its first letters." : `There is no key "${wanted.slice(0, 12)}".`);
        return client.call("revokeKey", { params: { id: found[0].id } });
      });
      print([key], KEY_COLUMNS, form, "");
    });
}

async function findUser({ client }: Connection, wanted: string | undefined): Promise<User> {
  if (wanted === undefined) throw new CliError(2, "Name the user by id or e-mail address.");
  const users = await client.call("listUsers");
  const user = users.find((each) => String(each.id) === wanted || each.email.toLowerCase() === wanted.toLowerCase());
  if (!user) throw new CliError(5, `There is no user "${wanted}". \`gateway admin users list\` shows them.`);
  return user;
}

async function rootOf({ client }: Connection): Promise<string> {
  const root = (await client.call("listUsers")).find((user) => user.role === "root_admin");
  return String(root?.id ?? "");
}

/** `720h`, `30d`, `15m`, `1h30m`. */
function parseTtl(text: string): number {
  const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const pieces = [...text.matchAll(/(\d+)([smhd])/g)];
  if (pieces.length === 0 || pieces.map(([piece]) => piece).join("") !== text) throw new InvalidArgumentError("Write it like 720h or 30d.");
  return pieces.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0);
}
