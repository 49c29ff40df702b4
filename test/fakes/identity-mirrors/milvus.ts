/** Milvus's RESTful API v2 for users and roles: every call a POST, answered with 200 and a `code` that says how it went. */
import { type FakeMirror, startJsonServer } from "./json-server.ts";

const TOKEN = "root:Milvus-test";
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;

export async function startFakeMilvus(knownRoles: readonly string[]): Promise<FakeMirror> {
  const users: FakeMirror["users"] = new Map();
  const good = (data: unknown = {}): [number, unknown] => [200, { code: 0, data }];
  const bad = (code: number, message: string): [number, unknown] => [200, { code, message }];
  const server = await startJsonServer(({ method, path, headers, body }) => {
    if (method !== "POST") return [404];
    if (headers.authorization !== `Bearer ${TOKEN}`) return bad(1800, "user hasn't authenticated");
    const name = (body["userName"] as string | undefined) ?? "";
    const role = (body["roleName"] as string | undefined) ?? "";
    const user = users.get(name);
    switch (path.replace("/v2/vectordb", "")) {
      case "/users/list":
        return good(["root", ...users.keys()]);
      case "/users/describe":
        return good([...(user?.roles ?? [])]);
      case "/users/create": {
        const password = (body["password"] as string | undefined) ?? "";
        if (!NAME.test(name) || password.length < 6 || password.length > 72) return bad(1100, "invalid parameter");
        if (user) return bad(65535, "user already exists");
        users.set(name, { roles: new Set(), active: true, credential: password });
        return good();
      }
      case "/users/drop":
        return users.delete(name) ? good() : bad(65535, "not found the user");
      case "/users/grant_role":
      case "/users/revoke_role":
        if (!user || !knownRoles.includes(role)) return bad(65535, "not found the role or the user");
        if (path.endsWith("grant_role")) user.roles.add(role);
        else user.roles.delete(role);
        return good();
      default:
        return [404];
    }
  });
  const isLook = (line: string): boolean => /\/(?:list|describe)$/.test(line);
  return {
    ...server,
    users,
    env: { MILVUS_URL: server.url, MILVUS_TOKEN: TOKEN },
    changes: () => server.asked.filter((line) => !isLook(line)),
  };
}
