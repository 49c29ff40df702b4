/**
 * `default_provider`: who is asked when no route names the model. One provider or a list of them for everything, or a map
 * of clients' protocols to them.
 */
import { isMap, isSeq, type Node } from "yaml";
import { SURFACES, WIRE_OF_SURFACE, WIRE_PROTOCOL_ALIASES, WIRE_PROTOCOLS, type WireProtocol } from "../ir/protocol.ts";
import { nearest } from "./nearest.ts";
import type { RouteConfig } from "./route-types.ts";
import { listNames, quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

const KEY = "default_provider";
/** The name for the protocols that the map does not name. */
export const ANY_PROTOCOL = "*";

/** Routes for any model, to stand before all others. */
export function readDefaultProvider(
  reader: YamlReader,
  node: Node | undefined,
  providerIds: ReadonlySet<string>,
): RouteConfig[] {
  if (node === undefined) return [];
  if (!isMap(node)) return readEntry(reader, node, KEY, providerIds, null);
  const entries = [...reader.entries(node)].flatMap(([name, value]): [WireProtocol | null, Node][] => {
    const wire = wireOf(name);
    if (wire !== undefined) return [[wire, value]];
    const allowed = [...WIRE_PROTOCOLS, ANY_PROTOCOL];
    const meant = nearest(name, allowed);
    const guess = meant ? `did you mean ${meant}? ` : "";
    reader.refuse(value, KEY, `${quote(name)} is no protocol of clients`, `${guess}allowed: ${allowed.join(", ")}`);
    return [];
  });
  // Whoever is named for one protocol comes before whoever is named for all.
  const ordered = entries.toSorted(([a], [b]) => Number(a === null) - Number(b === null));
  return ordered.flatMap(([wire, value]) =>
    readEntry(reader, value, `${KEY}.${wire ?? ANY_PROTOCOL}`, providerIds, wire),
  );
}

function wireOf(name: string): WireProtocol | null | undefined {
  if (name === ANY_PROTOCOL) return null;
  return (
    WIRE_PROTOCOLS.find((wire) => wire === name) ??
    (Object.hasOwn(WIRE_PROTOCOL_ALIASES, name) ? WIRE_PROTOCOL_ALIASES[name] : undefined)
  );
}

function readEntry(
  reader: YamlReader,
  node: Node,
  key: string,
  providerIds: ReadonlySet<string>,
  wire: WireProtocol | null,
): RouteConfig[] {
  const items = isSeq(node) ? reader.items(node, key) : [node];
  if (items.length === 0) reader.refuse(node, key, "names no provider", "leave it out, or name one");
  const targets = items.flatMap((item, index) => {
    const place = isSeq(node) ? `${key}[${index}]` : key;
    const provider = reader.text(item, place);
    if (provider === null) return [];
    if (providerIds.has(provider)) return [{ provider }];
    const meant = nearest(provider, providerIds);
    const hint = `${meant ? `did you mean ${meant}? ` : ""}known: ${listNames(providerIds)}`;
    reader.refuse(item, place, `${quote(provider)} is no configured provider`, hint);
    return [];
  });
  if (targets.length === 0) return [];
  const surface = SURFACES.filter((each) => WIRE_OF_SURFACE[each] === wire);
  return [
    {
      match: "*",
      anyModel: true,
      strategy: targets.length > 1 ? "fallback" : "single",
      targets,
      ...(wire === null ? {} : { when: { surface } }),
      where: reader.where(node),
    },
  ];
}
