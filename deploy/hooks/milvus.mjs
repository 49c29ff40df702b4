#!/usr/bin/env node
/**
 * Mirrors users and their roles to Milvus (2.4 or later, with common.security.authorizationEnabled), over its RESTful API v2.
 * Needs MILVUS_URL, MILVUS_TOKEN (`user:password` of an administrator) and MIRROR_ROLES. Milvus cannot suspend a user: who is
 * suspended loses the roles that are managed here until they are active again.
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

/** Every call is a POST, and says in `code` whether it worked. */
async function api(path, body, changes) {
  const url = `${need("MILVUS_URL").replace(/\/$/, "")}/v2/vectordb${path}`;
  const headers = { authorization: `Bearer ${need("MILVUS_TOKEN")}` };
  const reply = await call("POST", url, { body, headers, ...(changes === undefined ? {} : { changes }) });
  expect(reply, [200], path);
  if (reply.status !== 0 && reply.json?.code !== 0)
    throw new Error(`${path} was answered with code ${reply.json?.code}`);
  return reply.json?.data ?? [];
}
const isThere = async (name) => (await api("/users/list", {})).includes(name);
const rolesOf = (name) => api("/users/describe", { userName: name });
const setRoles = async ({ name, roles, managed }, has) => {
  for (const roleName of missingFrom(has, roles))
    await api("/users/grant_role", { userName: name, roleName }, `grant ${roleName}: ${name}`);
  for (const roleName of tooMany(has, { roles, managed }))
    await api("/users/revoke_role", { userName: name, roleName }, `revoke ${roleName}: ${name}`);
};

await mirror("Milvus", {
  async ensure(user) {
    if (await isThere(user.name)) {
      await setRoles(user, await rolesOf(user.name));
      return;
    }
    const password = newPassword();
    await api("/users/create", { userName: user.name, password }, `make ${user.name}`);
    await keepCredential(user.name, password);
    await setRoles(user, []);
  },
  async suspend(user) {
    if (await isThere(user.name)) await setRoles({ ...user, roles: [] }, await rolesOf(user.name));
  },
  async remove({ name }) {
    if (await isThere(name)) await api("/users/drop", { userName: name }, `remove ${name}`);
    await forgetCredential(name);
  },
});
