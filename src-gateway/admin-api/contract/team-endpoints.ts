/** The organisation, its teams and projects, and who is in them. */
import { z } from "zod";
import { endpoint, nothing, whole } from "./endpoint.ts";
import { memberRoleSchema, memberSchema, participantSchema, projectSchema, teamSchema } from "./identity-schemas.ts";
import { pageOf, pageQuery } from "./page.ts";

const organisationSchema = z.object({ id: z.number().int(), uuid: z.string(), name: z.string() });
const name = z.string().max(200);
const teamId = z.number().int().nonnegative().nullable().optional();
const q = z.string().max(200).optional();

export const TEAM_ENDPOINTS = {
  getOrganisation: endpoint("GET", "/admin/organisation", "teams:read", "The organisation", {
    reply: organisationSchema,
  }),
  updateOrganisation: endpoint("PATCH", "/admin/organisation", "teams:write", "Rename the organisation", {
    body: z.strictObject({ name }),
    reply: organisationSchema,
  }),
  listTeams: endpoint("GET", "/admin/teams", "teams:read", "Teams; for people without more rights, their own", {
    query: z.strictObject({ q, ...pageQuery }),
    reply: pageOf(teamSchema),
  }),
  createTeam: endpoint("POST", "/admin/teams", "teams:write", "Make a team", {
    body: z.strictObject({ name }),
    reply: teamSchema,
  }),
  getTeam: endpoint("GET", "/admin/teams/{id}", "teams:read", "One team", { reply: teamSchema }),
  updateTeam: endpoint("PATCH", "/admin/teams/{id}", "teams:write", "Rename a team", {
    body: z.strictObject({ name }),
    reply: teamSchema,
  }),
  deleteTeam: endpoint("DELETE", "/admin/teams/{id}", "teams:write", "Delete a team and revoke its own keys", {
    reply: teamSchema,
  }),
  listTeamMembers: endpoint("GET", "/admin/teams/{id}/members", "teams:read", "Who is in a team", {
    reply: z.array(memberSchema),
  }),
  setTeamMember: endpoint(
    "PUT",
    "/admin/teams/{id}/members/{user}",
    "members:write",
    "Put a user, by number or e-mail address, into a team, or change what they are in it",
    { body: z.strictObject({ role: memberRoleSchema.default("member") }), reply: memberSchema },
  ),
  removeTeamMember: endpoint(
    "DELETE",
    "/admin/teams/{id}/members/{user}",
    "members:write",
    "Take a user out of a team",
    { reply: memberSchema },
  ),
  listProjects: endpoint(
    "GET",
    "/admin/projects",
    "teams:read",
    "Projects; for people without more rights, their own",
    {
      query: z.strictObject({ q, teamId: whole.optional(), ...pageQuery }),
      reply: pageOf(projectSchema),
    },
  ),
  createProject: endpoint("POST", "/admin/projects", "teams:write", "Make a project", {
    body: z.strictObject({ name, teamId }),
    reply: projectSchema,
  }),
  getProject: endpoint("GET", "/admin/projects/{id}", "teams:read", "One project", { reply: projectSchema }),
  updateProject: endpoint("PATCH", "/admin/projects/{id}", "teams:write", "Rename a project, or give it to a team", {
    body: z.strictObject({ name: name.optional(), teamId }),
    reply: projectSchema,
  }),
  deleteProject: endpoint("DELETE", "/admin/projects/{id}", "teams:write", "Delete a project", {
    reply: projectSchema,
  }),
  listProjectMembers: endpoint("GET", "/admin/projects/{id}/members", "teams:read", "Who is in a project", {
    reply: z.array(participantSchema),
  }),
  addProjectMember: endpoint(
    "PUT",
    "/admin/projects/{id}/members/{user}",
    "members:write",
    "Put a user, by number or e-mail address, into a project",
    { reply: nothing },
  ),
  removeProjectMember: endpoint(
    "DELETE",
    "/admin/projects/{id}/members/{user}",
    "members:write",
    "Take a user out of a project",
    { reply: nothing },
  ),
};
