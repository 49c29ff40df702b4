import { isDeepStrictEqual } from "node:util";
import { isMap } from "yaml";
import { GatewayError } from "../../ir/errors.ts";
import { readHooks } from "../../settings/read-hooks.ts";
import { YamlReader } from "../../settings/yaml-reader.ts";
import type { Caller } from "../caller.ts";

/**
 * A program that the configuration names runs as the gateway does: whoever has an administrator's password or key, from
 * wherever, must not be able to name one. Both texts are read in the way that the gateway itself reads them.
 * @throws GatewayError forbidden
 */
export function requireOperatorForPrograms(caller: Caller | null, before: string, after: string): void {
  if (caller?.isLocal || isDeepStrictEqual(programsIn(before), programsIn(after))) return;
  throw new GatewayError(
    "forbidden",
    "Hooks that run a program are set on the gateway's own machine: in its file, or with `gateway config` there.",
    { param: "hooks" },
  );
}

/** With all that says when and how they run. */
function programsIn(text: string): object[] {
  const reader = new YamlReader("gateway.yaml", text);
  const hooks = isMap(reader.root) ? reader.entries(reader.root).get("hooks") : undefined;
  return readHooks(reader, hooks, "gateway.yaml").flatMap(({ where: _line, ...hook }) =>
    hook.target.kind === "script" ? [hook] : [],
  );
}
