#!/usr/bin/env node
/**
 * Mirrors users and their groups to Dgraph's access control lists, over the GraphQL of /admin. Needs DGRAPH_URL, DGRAPH_USER
 * and DGRAPH_PASSWORD of a guardian, DGRAPH_NAMESPACE where it is not 0, and MIRROR_ROLES, whose names are groups here. Dgraph
 * cannot suspend a user: who is suspended loses the groups that are managed here until they are active again.
 */
import {
  call,
  expect,
  forgetCredential,
  keepCredential,
  mirror,
  missingFrom,
  need,
  newPassword,
  tooMany,
} from "./mirror.mjs";

let token = null;

async function graphql(query, variables, changes) {
  const headers = token === null ? {} : { "x-dgraph-accesstoken": token };
  const body = { query, variables };
  const url = `${need("DGRAPH_URL").replace(/\/$/, "")}/admin`;
  const reply = await call("POST", url, { body, headers, ...(changes === undefined ? {} : { changes }) });
  expect(reply, [200], changes ?? "asking");
  // Its messages may repeat what was sent, so they are not shown.
  if (reply.json?.errors?.length > 0) throw new Error(`${changes ?? "asking"} was refused`);
  return reply.json?.data ?? {};
}

async function signIn() {
  const { login } = await graphql(
    "mutation ($user: String, $password: String, $namespace: Int) { login(userId: $user, password: $password, namespace: $namespace) { response { accessJWT } } }",
    {
      user: need("DGRAPH_USER"),
      password: need("DGRAPH_PASSWORD"),
      namespace: Number(process.env["DGRAPH_NAMESPACE"] ?? 0),
    },
  );
  token = login.response.accessJWT;
}

/** The groups of a user; null when there is none. */
async function find(name) {
  await signIn();
  const { getUser } = await graphql("query ($name: String!) { getUser(name: $name) { name groups { name } } }", {
    name,
  });
  return getUser == null ? null : (getUser.groups ?? []).map((group) => group.name);
}
const refs = (names) => names.map((name) => ({ name }));
const update = (name, patch, changes) =>
  graphql(
    "mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { name } } }",
    { input: { filter: { name: { eq: name } }, ...patch } },
    changes,
  );
const setGroups = async ({ name, roles, managed }, has) => {
  const [add, drop] = [missingFrom(has, roles), tooMany(has, { roles, managed })];
  if (add.length > 0) await update(name, { set: { groups: refs(add) } }, `add to ${add.join(", ")}: ${name}`);
  if (drop.length > 0)
    await update(name, { remove: { groups: refs(drop) } }, `take out of ${drop.join(", ")}: ${name}`);
};

await mirror("Dgraph", {
  async ensure(user) {
    const has = await find(user.name);
    if (has !== null) return setGroups(user, has);
    const password = newPassword();
    await graphql(
      "mutation ($input: [AddUserInput!]!) { addUser(input: $input) { user { name } } }",
      { input: [{ name: user.name, password, groups: refs(user.roles) }] },
      `make ${user.name}${user.roles.length > 0 ? ` in ${user.roles.join(", ")}` : ""}`,
    );
    await keepCredential(user.name, password);
  },
  async suspend(user) {
    const has = await find(user.name);
    if (has !== null) await setGroups({ ...user, roles: [] }, has);
  },
  async remove({ name }) {
    if ((await find(name)) !== null)
      await graphql(
        "mutation ($filter: UserFilter!) { deleteUser(filter: $filter) { msg numUids } }",
        { filter: { name: { eq: name } } },
        `remove ${name}`,
      );
    await forgetCredential(name);
  },
});
