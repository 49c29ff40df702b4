import { type Command, Option } from "commander";
import { type Context, contextOf } from "./context.ts";
import { findTeam } from "./find-team.ts";
import { findUser, nameOne, type User } from "./find-user.ts";
import { when } from "./format.ts";
import type { Column } from "./table.ts";
import { addExport, addImport } from "./user-files.ts";
import type { CliWorld } from "./world.ts";

const ROLES = ["gateway_user", "gateway_admin", "root_admin"] as const satisfies readonly User["role"][];

/** The second is how the earlier gateway said it. */
const STATUSES = ["active", "inactive", "suspended"];

interface ListFlags {
  search?: string;
  role?: string;
  status?: string;
  team?: string;
}

const COLUMNS: Column<User>[] = [
  { title: "ID", value: (user) => String(user.id), right: true },
  { title: "E-MAIL", value: (user) => user.email, min: 16 },
  { title: "NAME", value: (user) => user.displayName, min: 8, leaveOut: 2 },
  { title: "ROLE", value: (user) => user.role },
  { title: "STATUS", value: (user) => user.status, colour: (user) => (user.status === "active" ? "green" : "yellow") },
  { title: "CREATED", value: (user) => when(user.createdAtUs), leaveOut: 1 },
];

export function addUsers(admin: Command, world: CliWorld): void {
  const users = admin.command("users").description("who may use the gateway");
  users
    .command("list")
    .description("all users, or those that fit")
    .option("--search <text>", "in the address or the name")
    .addOption(new Option("--role <role>", "only this role").choices(ROLES))
    .addOption(new Option("--status <status>", "only this status").choices(STATUSES))
    .option("--team <team>", "only members of this team (id or name)")
    .action(async (flags: ListFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const list = await withGateway(async (connection) => {
        const { search: q, role, status, team } = flags;
        const teamId = team === undefined ? undefined : (await findTeam(connection, team)).id;
        return connection.client.call("listUsers", { query: { q, role, status, teamId } });
      });
      await printer.list(list, COLUMNS, "There are no such users. `gateway admin users create --email …` adds one.");
    });
  addCreate(users, world);
  addUpdate(users, world);
  addDelete(users, world);
  addImport(users, world);
  addExport(users, world);
  addStatusCommand(users, world, "suspend", "suspended", "turn a user and all their keys away");
  addStatusCommand(users, world, "activate", "active", "let a suspended user in again");
  addOldStatus(users, world);
}

function addCreate(users: Command, world: CliWorld): void {
  users
    .command("create")
    .description("add a user")
    .requiredOption("--email <address>", "e-mail address")
    .addOption(new Option("--role <role>", "what the user may do").choices(ROLES).default("gateway_user"))
    .option("--name <name>", "display name")
    .action(async (options: { email: string; role: User["role"]; name?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { email, role, name } = options;
      const body = { email, role, ...(name === undefined ? {} : { displayName: name }) };
      const user = await withGateway(({ client }) => client.call("createUser", { body }));
      await show(printer, user);
      if (printer.form === "table") printer.line(`\nNext: gateway admin api-keys create --user ${user.email}`);
    });
}

function addUpdate(users: Command, world: CliWorld): void {
  users
    .command("update")
    .description("change what a user is called and may do")
    .argument("[user]", "id or e-mail address")
    .option("--id <user>", "the same")
    .option("--email <address>", "another e-mail address")
    .addOption(new Option("--role <role>", "what the user may do").choices(ROLES))
    .option("--name <name>", "display name")
    .action(async (argument: string | undefined, flags: UpdateFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { id: flag, email, role, name } = flags;
      const wanted = nameOne("user", argument, flag);
      const user = await withGateway(async (connection) => {
        const { id } = await findUser(connection, wanted);
        const body = {
          ...(email === undefined ? {} : { email }),
          ...(role === undefined ? {} : { role }),
          ...(name === undefined ? {} : { displayName: name }),
        };
        return connection.client.call("updateUser", { params: { id }, body });
      });
      await show(printer, user);
    });
}

interface UpdateFlags {
  id?: string;
  email?: string;
  role?: User["role"];
  name?: string;
}

function addDelete(users: Command, world: CliWorld): void {
  users
    .command("delete")
    .description("end a user's access and keys")
    .argument("[user]", "id or e-mail address; for --hard also the id of one who was deleted before")
    .option("--id <user>", "the same")
    .option("--hard", "take the personal data away as well, for good; the ledger keeps its numbers")
    .action(async (argument: string | undefined, flags: { id?: string; hard?: boolean }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const wanted = nameOne("user", argument, flags.id);
      const hard = flags.hard ?? false;
      const user = await withGateway(async (connection) => {
        // Who was deleted stands in no list any more.
        const id = hard && /^\d+$/.test(wanted) ? Number(wanted) : (await findUser(connection, wanted)).id;
        return connection.client.call("deleteUser", { params: { id }, query: { hard } });
      });
      if (await printer.data(user)) return;
      printer.line(hard ? `User ${user.id} was erased.` : `User ${user.id} (${user.email}) was deleted.`);
    });
}

function addStatusCommand(users: Command, world: CliWorld, name: string, status: User["status"], about: string): void {
  users
    .command(name)
    .description(about)
    .argument("[user]", "id or e-mail address")
    .option("--id <user>", "the same")
    .action(async (argument: string | undefined, options: { id?: string }, command: Command) => {
      await setStatus(contextOf(command, world), nameOne("user", argument, options.id), status);
    });
}

/** As the earlier command line spelt it. */
function addOldStatus(users: Command, world: CliWorld): void {
  users
    .command("status", { hidden: true })
    .requiredOption("--id <user>")
    .addOption(new Option("--status <status>").choices(STATUSES).makeOptionMandatory())
    .action(async (options: { id: string; status: string }, command: Command) => {
      await setStatus(contextOf(command, world), options.id, options.status === "active" ? "active" : "suspended");
    });
}

async function setStatus({ printer, withGateway }: Context, wanted: string, status: User["status"]): Promise<void> {
  const user = await withGateway(async (connection) => {
    const { id } = await findUser(connection, wanted);
    return connection.client.call("updateUser", { params: { id }, body: { status } });
  });
  await show(printer, user);
}

async function show(printer: Context["printer"], user: User): Promise<void> {
  await printer.fields(user, [
    ["id", String(user.id)],
    ["e-mail", user.email],
    ["name", user.displayName],
    ["role", user.role],
    ["status", user.status],
  ]);
}
