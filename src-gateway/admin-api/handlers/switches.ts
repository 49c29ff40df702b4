import { GatewayError } from "../../ir/errors.ts";
import type { StoredSecret } from "../../secrets/types.ts";

import type { SecretView, SWITCH_ENDPOINTS } from "../contract/switch-endpoints.ts";
import { authorOf } from "./author.ts";
import type { Handlers } from "./types.ts";

export const switchHandlers: Pick<Handlers, keyof typeof SWITCH_ENDPOINTS> = {
  async listFlags({ deps }) {
    // Another gateway may have decided a moment ago.
    await deps.configuration.flags.look();
    return deps.configuration.flags.list();
  },
  async updateFlag({ deps, caller, params, body, record }) {
    const name = params["name"] ?? "";
    const { flags } = deps.configuration;
    await flags.look();
    const before = flags.list().find((each) => each.name === name)?.rule ?? null;
    const state = await flags.decide(name, body.rule, authorOf(caller));
    await record({ action: "flag.update", target: { kind: "flag", id: name, name }, before, after: state.rule });
    return state;
  },
  listSecrets: async ({ deps }) => (await deps.configuration.secrets.list()).map(toView),
  async putSecret({ deps, params, body, record }) {
    const name = params["name"] ?? "";
    const { secrets } = deps.configuration;
    const before = (await secrets.list()).find((each) => each.name === name);
    const stored = toView(await secrets.put(name, body.value));
    deps.configuration.forgetSecrets();
    const target = { kind: "secret", id: name, name };
    await record({
      action: before ? "secret.update" : "secret.create",
      target,
      before: before ? { place: before.place } : null,
      after: { place: stored.place },
    });
    return stored;
  },
  async deleteSecret({ deps, params, record }) {
    const name = params["name"] ?? "";
    const { secrets } = deps.configuration;
    if (!(await secrets.remove(name)))
      throw new GatewayError("not_found", `There is no kept secret "${name.slice(0, 60)}".`);
    deps.configuration.forgetSecrets();
    const target = { kind: "secret", id: name, name };
    await record({ action: "secret.delete", target, before: { name }, after: null });
    return { name };
  },
};

const toView = (stored: StoredSecret): SecretView => ({ ...stored, reference: `secret:${stored.name}` });
