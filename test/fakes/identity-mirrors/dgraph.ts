/** The part of Dgraph's /admin that keeps access control lists. Groups that a user is put into are made when they are missing. */
import { type FakeMirror, startJsonServer } from "./json-server.ts";

const PASSWORD = "guardian-password";
const TOKEN = "dgraph-access-token";

interface Input {
  name: string;
  password: string;
  groups?: { name: string }[];
}
interface Variables {
  user: string;
  password: string;
  namespace: number;
  name: string;
  filter: { name: { eq: string } };
  input: Input[] & { filter: { name: { eq: string } }; set?: Partial<Input>; remove?: Partial<Input> };
}

export async function startFakeDgraph(): Promise<FakeMirror> {
  const users: FakeMirror["users"] = new Map();
  const changes: string[] = [];
  const refused = (message: string): [number, unknown] => [200, { errors: [{ message }], data: null }];
  const shown = (name: string) => ({
    name,
    groups: [...(users.get(name)?.roles ?? [])].map((group) => ({ name: group })),
  });
  const namesOf = (input: Partial<Input> | undefined): string[] => (input?.groups ?? []).map(({ name }) => name);

  const server = await startJsonServer(({ method, path, headers, body }) => {
    if (method !== "POST" || path !== "/admin") return [404];
    const variables = body["variables"] as Variables;
    const operation = /\{ (\w+)\(/.exec(String(body["query"]))?.[1];
    if (operation === "login") {
      if (variables.user !== "groot" || variables.password !== PASSWORD) return refused("invalid username or password");
      return [200, { data: { login: { response: { accessJWT: TOKEN } } } }];
    }
    if (headers["x-dgraph-accesstoken"] !== TOKEN) return refused("no accessJwt available");
    if (operation === "getUser")
      return [200, { data: { getUser: users.has(variables.name) ? shown(variables.name) : null } }];
    changes.push(operation ?? "");
    if (operation === "addUser") {
      const [input] = variables.input;
      if (!input || input.password.length < 8) return refused("the password is too short");
      if (users.has(input.name)) return refused("couldn't rewrite query: id already exists");
      users.set(input.name, { roles: new Set(namesOf(input)), active: true, credential: input.password });
      return [200, { data: { addUser: { user: [{ name: input.name }] } } }];
    }
    if (operation === "updateUser") {
      const { filter, set, remove } = variables.input;
      const user = users.get(filter.name.eq);
      for (const name of namesOf(set)) user?.roles.add(name);
      for (const name of namesOf(remove)) user?.roles.delete(name);
      return [200, { data: { updateUser: { user: user ? [{ name: filter.name.eq }] : [] } } }];
    }
    if (operation === "deleteUser") {
      const numUids = users.delete(variables.filter.name.eq) ? 1 : 0;
      return [200, { data: { deleteUser: { msg: "Deleted", numUids } } }];
    }
    return refused("unknown operation");
  });
  return {
    ...server,
    users,
    env: { DGRAPH_URL: server.url, DGRAPH_USER: "groot", DGRAPH_PASSWORD: PASSWORD },
    changes: () => changes,
  };
}
