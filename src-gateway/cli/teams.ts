import { type Command, Option } from "commander";
import { contextOf } from "./context.ts";
import { allTeams, findTeam, type Team } from "./find-team.ts";
import { when } from "./format.ts";
import type { Printer } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

const COLUMNS: Column<Team>[] = [
  { title: "ID", value: (team) => String(team.id), right: true },
  { title: "NAME", value: (team) => team.name, min: 8 },
  { title: "MEMBERS", value: (team) => String(team.members), right: true },
  { title: "CREATED", value: (team) => when(team.createdAtUs), leaveOut: 1 },
];

interface MemberRow {
  userId: number;
  email: string;
  displayName: string;
  role: string;
}

const MEMBER_COLUMNS: Column<MemberRow>[] = [
  { title: "USER", value: (member) => String(member.userId), right: true },
  { title: "E-MAIL", value: (member) => member.email, min: 16 },
  { title: "NAME", value: (member) => member.displayName, min: 8, leaveOut: 1 },
  { title: "ROLE", value: (member) => member.role },
];

export function addTeams(admin: Command, world: CliWorld): void {
  const teams = admin.command("teams").description("teams of the organisation, and who is in them");
  teams
    .command("list")
    .description("all teams")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const list = await withGateway((connection) => allTeams(connection));
      await printer.list(list, COLUMNS, "There are no teams. `gateway admin teams create <name>` makes one.");
    });
  teams
    .command("create")
    .description("make a team")
    .argument("<name>", "what it is called")
    .action(async (name: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const team = await withGateway(({ client }) => client.call("createTeam", { body: { name } }));
      await show(printer, team);
    });
  teams
    .command("rename")
    .description("call a team something else")
    .argument("<team>", "id or name")
    .argument("<name>", "what it is to be called")
    .action(async (wanted: string, name: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const team = await withGateway(async (connection) => {
        const { id } = await findTeam(connection, wanted);
        return connection.client.call("updateTeam", { params: { id }, body: { name } });
      });
      await show(printer, team);
    });
  teams
    .command("delete")
    .description("delete a team and revoke its own keys")
    .argument("<team>", "id or name")
    .action(async (wanted: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const team = await withGateway(async (connection) => {
        const { id } = await findTeam(connection, wanted);
        return connection.client.call("deleteTeam", { params: { id } });
      });
      if (!(await printer.data(team))) printer.line(`The team "${team.name}" was deleted.`);
    });
  addMembers(teams, world);
}

function addMembers(teams: Command, world: CliWorld): void {
  teams
    .command("members")
    .description("who is in a team")
    .argument("<team>", "id or name")
    .action(async (wanted: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const members = await withGateway(async (connection) => {
        const { id } = await findTeam(connection, wanted);
        return connection.client.call("listTeamMembers", { params: { id } });
      });
      await printer.list(members, MEMBER_COLUMNS, "Nobody is in this team.");
    });
  teams
    .command("add-member")
    .description("put a user into a team, or change what they are in it")
    .argument("<team>", "id or name")
    .argument("<user>", "id or e-mail address")
    .addOption(new Option("--role <role>", "what they are in it").choices(["member", "team_admin"]).default("member"))
    .action(async (wanted: string, user: string, { role }: { role: "member" | "team_admin" }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const member = await withGateway(async (connection) => {
        const { id } = await findTeam(connection, wanted);
        return connection.client.call("setTeamMember", { params: { id, user }, body: { role } });
      });
      await printer.fields(member, [
        ["user", member.email],
        ["role", member.role],
      ]);
    });
  teams
    .command("remove-member")
    .description("take a user out of a team")
    .argument("<team>", "id or name")
    .argument("<user>", "id or e-mail address")
    .action(async (wanted: string, user: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const member = await withGateway(async (connection) => {
        const { id } = await findTeam(connection, wanted);
        return connection.client.call("removeTeamMember", { params: { id, user } });
      });
      if (!(await printer.data(member))) printer.line(`${member.email} is in the team no more.`);
    });
}

async function show(printer: Printer, team: Team): Promise<void> {
  await printer.fields(team, [
    ["id", String(team.id)],
    ["name", team.name],
    ["members", String(team.members)],
  ]);
}
