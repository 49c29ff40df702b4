import type { Layers } from "./layers.ts";
import { ENDPOINT_ALIASES } from "./setting-table.ts";
import type { TypedValues } from "./typed-values.ts";
import { ENDPOINT_KEYS, type EndpointKey, type ListenerSettings } from "./types.ts";

/** The dedicated listeners of the multi-port mode: name, standard port, and what they serve. */
const DEDICATED: readonly [name: string, port: number, endpoints: EndpointKey[]][] = [
  ["admin", 8079, ["admin", "health", "metrics"]],
  ["openai", 8082, ["openai_core", "openai_responses", "health"]],
  ["anthropic", 8083, ["anthropic", "health"]],
  ["gemini", 8084, ["gemini_native", "health"]],
];

/** What is listened on; two listeners on one port, or none at all, are problems. */
export function listenersOf(layers: Layers, values: TypedValues): ListenerSettings[] {
  const host = (values.text("host") ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  const listener = (name: string, port: number, standard: readonly EndpointKey[]): ListenerSettings => {
    const wanted = values.list(`${name}_endpoints`)?.flatMap((each) => ENDPOINT_ALIASES[each] ?? []);
    return { name, host, port: values.number(`${name}_port`, port), endpoints: [...new Set(wanted ?? standard)] };
  };
  const listeners: ListenerSettings[] = [];
  if (values.flag("enable_facade", true)) listeners.push(listener("facade", 8081, ENDPOINT_KEYS));
  if (values.flag("multiport_mode", false)) listeners.push(...DEDICATED.map((each) => listener(...each)));

  serveMetrics(listeners, host, values);
  const refuse = (key: string, problem: string, hint: string): void => {
    layers.problems.push({ where: values.where(key), key, problem, hint });
  };
  if (listeners.length === 0) {
    refuse("enable_facade", "nothing would be listened on", "allowed: enable_facade = true, or multiport_mode = true");
  }
  for (const [index, { name, port }] of listeners.entries()) {
    const other = listeners.slice(0, index).find((each) => each.port === port && port !== 0);
    if (other)
      refuse(`${name}_port`, `${port} is the port of ${other.name}_port already`, "give each listener its own");
  }
  const flag = layers.values.get("facade_port");
  if (flag?.from === "flag" && !values.flag("enable_facade", true)) {
    layers.notices.push({ where: flag.where, text: "has no effect while enable_facade is false" });
  }
  return listeners;
}

/** On a port of their own the metrics are served nowhere else; switched off they are served nowhere. */
function serveMetrics(listeners: ListenerSettings[], host: string, values: TypedValues): void {
  const isOn = values.flag("metrics", true);
  const port = values.layered("metrics_port") === null ? null : values.number("metrics_port", 0);
  if (isOn && port === null) return;
  for (const listener of listeners) listener.endpoints = listener.endpoints.filter((key) => key !== "metrics");
  if (!isOn || port === null || listeners.length === 0) return;
  const own = values.text("metrics_host")?.replace(/^\[(.*)\]$/, "$1") ?? host;
  listeners.push({ name: "metrics", host: own, port, endpoints: ["metrics", "health"] });
}
