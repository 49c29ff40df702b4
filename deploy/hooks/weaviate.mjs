#!/usr/bin/env node
/**
 * Mirrors users and their roles to Weaviate's database users (1.30 or later, with AUTHENTICATION_DB_USERS_ENABLED and
 * AUTHORIZATION_RBAC_ENABLED). Needs WEAVIATE_URL, WEAVIATE_API_KEY and MIRROR_ROLES.
 */
import { call, expect, forgetCredential, keepCredential, mirror, missingFrom, need, tooMany } from "./mirror.mjs";

const api = (method, path, more = {}) =>
  call(method, `${need("WEAVIATE_URL").replace(/\/$/, "")}/v1${path}`, {
    ...more,
    headers: { authorization: `Bearer ${need("WEAVIATE_API_KEY")}` },
  });
const find = async (name) => {
  const found = await api("GET", `/users/db/${name}`);
  expect(found, [200, 404], "looking for the user");
  return found.status === 404 ? null : found.json;
};
const setActive = async (name, isActive) => {
  const verb = isActive ? "activate" : "deactivate";
  const done = await api("POST", `/users/db/${name}/${verb}`, { body: {}, changes: `${verb} ${name}` });
  // 409: it is so already.
  expect(done, [200, 409], `${verb} ${name}`);
};
const setRoles = async ({ name, roles, managed }, has) => {
  for (const [verb, names] of [
    ["assign", missingFrom(has, roles)],
    ["revoke", tooMany(has, { roles, managed })],
  ]) {
    if (names.length === 0) continue;
    const changes = `${verb} ${names.join(", ")}: ${name}`;
    const done = await api("POST", `/authz/users/${name}/${verb}`, { body: { roles: names, userType: "db" }, changes });
    expect(done, [200], changes);
  }
};

await mirror("Weaviate", {
  async ensure(user) {
    const found = await find(user.name);
    let has = [];
    if (found === null) {
      const made = await api("POST", `/users/db/${user.name}`, { body: {}, changes: `make ${user.name}` });
      // 409: another run was faster.
      expect(made, [201, 409], "making the user");
      if (made.json?.apikey) await keepCredential(user.name, made.json.apikey);
    } else {
      if (found.active === false) await setActive(user.name, true);
      const held = await api("GET", `/authz/users/${user.name}/roles/db`);
      expect(held, [200], "asking for the user's roles");
      has = held.json.map(({ name }) => name);
    }
    await setRoles(user, has);
  },
  async suspend({ name }) {
    const found = await find(name);
    if (found !== null && found.active !== false) await setActive(name, false);
  },
  async remove({ name }) {
    if ((await find(name)) !== null) {
      const done = await api("DELETE", `/users/db/${name}`, { changes: `remove ${name}` });
      expect(done, [204, 404], "removing the user");
    }
    await forgetCredential(name);
  },
});
