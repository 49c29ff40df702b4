export interface Organisation {
  id: number;
  uuid: string;
  name: string;
}

export const MEMBER_ROLES = ["member", "team_admin"] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export interface TeamRef {
  id: number;
  name: string;
}

export interface Team extends TeamRef {
  uuid: string;
  members: number;
  createdAtUs: number;
}

export interface Member {
  userId: number;
  email: string;
  displayName: string;
  role: MemberRole;
}

export interface NameFilter {
  /** In the name. */
  q?: string | undefined;
  afterId?: number | undefined;
  limit?: number | undefined;
}

export interface Teams {
  organisation(): Promise<Organisation>;
  renameOrganisation(name: string): Promise<Organisation>;
  /** By id. */
  list(filter?: NameFilter): Promise<Team[]>;
  find(idOrName: number | string): Promise<Team | null>;
  /** @throws GatewayError conflict when the name is taken, invalid_request when it is none. */
  create(name: string): Promise<Team>;
  /** @throws GatewayError not_found, conflict, invalid_request. */
  rename(id: number, name: string): Promise<Team>;
  /** Its own keys are revoked, those of persons go on without it. @throws GatewayError not_found. */
  remove(id: number): Promise<Team>;
  /** @throws GatewayError not_found. */
  members(id: number): Promise<Member[]>;
  /** Adds a member, or changes the role of one. @throws GatewayError not_found for team or user, invalid_request. */
  setMember(id: number, userId: number, role: MemberRole): Promise<Member>;
  /** Keys of this user that count for the team do so no more. @throws GatewayError not_found. */
  removeMember(id: number, userId: number): Promise<Member>;
  /** Null where the user is no member. */
  roleOf(id: number, userId: number): Promise<MemberRole | null>;
  teamsOf(userId: number): Promise<TeamRef[]>;
}

export interface Project {
  id: number;
  uuid: string;
  name: string;
  /** Null for one of the whole organisation. */
  teamId: number | null;
  members: number;
  createdAtUs: number;
}

export interface Projects {
  /** By id. */
  list(filter?: NameFilter & { teamId?: number | undefined }): Promise<Project[]>;
  find(idOrName: number | string): Promise<Project | null>;
  /** @throws GatewayError conflict, invalid_request, not_found for the team. */
  create(input: { name: string; teamId?: number | null | undefined }): Promise<Project>;
  /** @throws GatewayError not_found, conflict, invalid_request. */
  update(id: number, change: { name?: string | undefined; teamId?: number | null | undefined }): Promise<Project>;
  /** Keys of it go on without it. @throws GatewayError not_found. */
  remove(id: number): Promise<Project>;
  members(id: number): Promise<Omit<Member, "role">[]>;
  /** @throws GatewayError not_found. */
  addMember(id: number, userId: number): Promise<void>;
  /** @throws GatewayError not_found. */
  removeMember(id: number, userId: number): Promise<void>;
}
