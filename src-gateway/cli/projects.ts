import type { Command } from "commander";
import { contextOf } from "./context.ts";
import { allProjects, findProject, findTeam, type Project } from "./find-team.ts";
import { when } from "./format.ts";
import type { Printer } from "./printer.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

const COLUMNS: Column<Project>[] = [
  { title: "ID", value: (project) => String(project.id), right: true },
  { title: "NAME", value: (project) => project.name, min: 8 },
  { title: "TEAM", value: (project) => (project.teamId === null ? "–" : String(project.teamId)) },
  { title: "MEMBERS", value: (project) => String(project.members), right: true },
  { title: "CREATED", value: (project) => when(project.createdAtUs), leaveOut: 1 },
];

export function addProjects(admin: Command, world: CliWorld): void {
  const projects = admin.command("projects").description("projects, and who is in them");
  projects
    .command("list")
    .description("all projects")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const list = await withGateway((connection) => allProjects(connection));
      await printer.list(list, COLUMNS, "There are no projects. `gateway admin projects create <name>` makes one.");
    });
  projects
    .command("create")
    .description("make a project")
    .argument("<name>", "what it is called")
    .option("--team <team>", "whose it is (id or name); the whole organisation's when left out")
    .action(async (name: string, { team }: { team?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const project = await withGateway(async (connection) => {
        const teamId = team === undefined ? null : (await findTeam(connection, team)).id;
        return connection.client.call("createProject", { body: { name, teamId } });
      });
      await show(printer, project);
    });
  addUpdate(projects, world);
  addMembers(projects, world);
}

function addUpdate(projects: Command, world: CliWorld): void {
  projects
    .command("update")
    .description("call a project something else, or give it to a team")
    .argument("<project>", "id or name")
    .option("--name <name>", "what it is to be called")
    .option("--team <team>", "whose it is to be (id or name)")
    .action(async (wanted: string, { name, team }: { name?: string; team?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const project = await withGateway(async (connection) => {
        const { id } = await findProject(connection, wanted);
        const teamId = team === undefined ? undefined : (await findTeam(connection, team)).id;
        return connection.client.call("updateProject", { params: { id }, body: { name, teamId } });
      });
      await show(printer, project);
    });
  projects
    .command("delete")
    .description("delete a project")
    .argument("<project>", "id or name")
    .action(async (wanted: string, _options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const project = await withGateway(async (connection) => {
        const { id } = await findProject(connection, wanted);
        return connection.client.call("deleteProject", { params: { id } });
      });
      if (!(await printer.data(project))) printer.line(`The project "${project.name}" was deleted.`);
    });
}

function addMembers(projects: Command, world: CliWorld): void {
  const each = [
    ["add-member", "put a user into a project", "addProjectMember"],
    ["remove-member", "take a user out of a project", "removeProjectMember"],
  ] as const;
  for (const [name, about, endpoint] of each) {
    projects
      .command(name)
      .description(about)
      .argument("<project>", "id or name")
      .argument("<user>", "id or e-mail address")
      .action(async (wanted: string, user: string, _options, command: Command) => {
        const { printer, withGateway } = contextOf(command, world);
        const project = await withGateway(async (connection) => {
          const { id } = await findProject(connection, wanted);
          await connection.client.call(endpoint, { params: { id, user } });
          return connection.client.call("getProject", { params: { id } });
        });
        await show(printer, project);
      });
  }
}

async function show(printer: Printer, project: Project): Promise<void> {
  await printer.fields(project, [
    ["id", String(project.id)],
    ["name", project.name],
    ["team", project.teamId === null ? "–" : String(project.teamId)],
    ["members", String(project.members)],
  ]);
}
