/** Weaviate's REST for database users and their roles, as its OpenAPI of 1.30 to 1.38 describes paths, bodies and statuses. */
import { type FakeMirror, startJsonServer } from "./json-server.ts";

const ADMIN_KEY = "weaviate-admin-key";
const NAME = /^[A-Za-z][-_0-9A-Za-z@.]{0,128}$/;

export async function startFakeWeaviate(knownRoles: readonly string[]): Promise<FakeMirror> {
  const users: FakeMirror["users"] = new Map();
  let keys = 0;
  const server = await startJsonServer(({ method, path, headers, body }) => {
    if (headers.authorization !== `Bearer ${ADMIN_KEY}`) return [401];
    const [, name = "", verb = ""] = /^\/v1\/users\/db\/([^/]+)(?:\/(\w[\w-]*))?$/.exec(path) ?? [];
    const [, holder = "", act = ""] = /^\/v1\/authz\/users\/([^/]+)\/(assign|revoke|roles\/db)$/.exec(path) ?? [];
    const user = users.get(name || holder);
    if (name !== "" && verb === "") {
      if (method === "GET") {
        if (!user) return [404];
        return [200, { userId: name, dbUserType: "db_user", active: user.active, roles: [...user.roles] }];
      }
      if (method === "POST") {
        if (!NAME.test(name)) return [422, { error: [{ message: "invalid username" }] }];
        if (user) return [409, { error: [{ message: `user '${name}' already exists` }] }];
        const credential = `weaviate-user-key-${++keys}`;
        users.set(name, { roles: new Set(), active: true, credential });
        return [201, { apikey: credential }];
      }
      if (method === "DELETE") return [users.delete(name) ? 204 : 404];
    }
    if (method === "POST" && (verb === "activate" || verb === "deactivate")) {
      if (!user) return [404];
      const isActive = verb === "activate";
      if (user.active === isActive) return [409];
      user.active = isActive;
      return [200];
    }
    if (holder !== "" && !user) return [404];
    if (act === "roles/db" && method === "GET")
      return [200, [...(user?.roles ?? [])].map((role) => ({ name: role, permissions: [] }))];
    if (act !== "" && method === "POST") {
      const roles = body["roles"] as string[];
      if (!Array.isArray(roles) || roles.length === 0 || body["userType"] !== "db") return [400];
      if (roles.some((role) => !knownRoles.includes(role))) return [404];
      for (const role of roles) {
        if (act === "assign") user?.roles.add(role);
        else user?.roles.delete(role);
      }
      return [200];
    }
    return [405];
  });
  return {
    ...server,
    users,
    env: { WEAVIATE_URL: server.url, WEAVIATE_API_KEY: ADMIN_KEY },
    changes: () => server.asked.filter((line) => !line.startsWith("GET ")),
  };
}
