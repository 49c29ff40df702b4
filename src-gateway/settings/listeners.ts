import { ENDPOINT_ALIASES } from "./setting-table.ts";
import type { TypedValues } from "./typed-values.ts";
import { ENDPOINT_KEYS, type EndpointKey, type ListenerSettings } from "./types.ts";

/** The dedicated listeners of the multi-port mode: name, standard port, and what they serve besides health. */
const DEDICATED: readonly [name: string, port: number, endpoints: EndpointKey[]][] = [
  ["admin", 8079, ["admin", "health"]],
  ["openai", 8082, ["openai_core", "openai_responses", "health"]],
  ["anthropic", 8083, ["anthropic", "health"]],
  ["gemini", 8084, ["gemini_native", "health"]],
];

export function listenersOf(values: TypedValues): ListenerSettings[] {
  const host = values.text("host") ?? "127.0.0.1";
  const listener = (name: string, port: number, standard: readonly EndpointKey[]): ListenerSettings => {
    const wanted = values.list(`${name}_endpoints`)?.flatMap((each) => ENDPOINT_ALIASES[each] ?? []);
    return { name, host, port: values.number(`${name}_port`, port), endpoints: [...new Set(wanted ?? standard)] };
  };
  const listeners: ListenerSettings[] = [];
  if (values.flag("enable_facade", true)) listeners.push(listener("facade", 8081, ENDPOINT_KEYS));
  if (values.flag("multiport_mode", false)) for (const [name, port, endpoints] of DEDICATED) listeners.push(listener(name, port, endpoints));
  return listeners;
}
