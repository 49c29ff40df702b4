import { isMap, type Node } from "yaml";
import { nearest } from "./nearest.ts";
import { listNames, quote } from "./secret-text.ts";
import type { RouteConfig, RouteTarget } from "./types.ts";
import type { YamlReader } from "./yaml-reader.ts";

const STRATEGIES = ["single", "fallback", "weighted"] as const;
const MAX_WEIGHT = 1_000_000;

/** The entries of `routes:`. A target's provider must be one of `providerIds`. */
export function readRoutes(
  reader: YamlReader,
  node: Node | undefined,
  providerIds: ReadonlySet<string>,
): RouteConfig[] {
  return reader
    .items(node, "routes")
    .flatMap((item, index) => readRoute(reader, item, `routes[${index}]`, providerIds) ?? []);
}

function readRoute(reader: YamlReader, node: Node, key: string, providerIds: ReadonlySet<string>): RouteConfig | null {
  const members = reader.members(node, key, ["match", "strategy", "strict", "targets"]);
  if (!members) return null;
  const match = reader.text(members.get("match"), `${key}.match`);
  if (!members.has("match"))
    reader.refuse(node, `${key}.match`, "is missing", "a model name, or a pattern such as gpt-*");
  const items = reader.items(members.get("targets"), `${key}.targets`);
  if (!members.has("targets")) reader.refuse(node, `${key}.targets`, "is missing", "such as targets: [openai]");
  else if (items.length === 0)
    reader.refuse(members.get("targets"), `${key}.targets`, "names no provider", "such as targets: [openai]");
  const targets = items.flatMap((item, n) => readTarget(reader, item, `${key}.targets[${n}]`, providerIds) ?? []);
  const strategy = readStrategy(reader, members.get("strategy"), `${key}.strategy`, items.length);
  if (
    strategy === "weighted" &&
    items.length > 0 &&
    targets.length === items.length &&
    targets.every(({ weight }) => weight === 0)
  ) {
    reader.refuse(members.get("targets"), `${key}.targets`, "every weight is 0", "at least one must be larger");
  }
  const strict = reader.flag(members.get("strict"), `${key}.strict`);
  if (match === null) return null;
  return { match, strategy, ...(strict === null ? {} : { strict }), targets, where: reader.where(node) };
}

function readStrategy(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
  targets: number,
): RouteConfig["strategy"] {
  const standard = targets > 1 ? "fallback" : "single";
  const asked = reader.text(node, key);
  if (asked === null) return standard;
  const strategy = STRATEGIES.find((name) => name === asked);
  if (!strategy) reader.refuse(node, key, `${quote(asked)} is no strategy`, `allowed: ${STRATEGIES.join(", ")}`);
  // The others would be there for nothing, and the person who wrote them expects something of them.
  else if (strategy === "single" && targets > 1)
    reader.refuse(node, key, "single takes one target", "allowed with more: fallback, weighted");
  return strategy ?? standard;
}

/** `{provider, model?, weight?}`, or the short forms `provider` and `provider/model`. */
function readTarget(reader: YamlReader, node: Node, key: string, providerIds: ReadonlySet<string>): RouteTarget | null {
  if (!isMap(node)) {
    const text = reader.text(node, key);
    if (text === null) return null;
    const [provider = "", ...rest] = text.split("/");
    if (rest.length > 0 && rest.join("/") === "") reader.refuse(node, key, "names no model after the slash");
    return checkProvider(reader, node, key, provider, providerIds)
      ? { provider, ...(rest.length > 0 ? { model: rest.join("/") } : {}) }
      : null;
  }
  const members = reader.members(node, key, ["provider", "model", "weight"]);
  const provider = reader.text(members?.get("provider"), `${key}.provider`);
  const model = reader.text(members?.get("model"), `${key}.model`);
  const weight = reader.number(members?.get("weight"), `${key}.weight`, 0, MAX_WEIGHT);
  if (!members?.has("provider"))
    reader.refuse(node, `${key}.provider`, "is missing", `known: ${listNames(providerIds)}`);
  if (provider === null || !checkProvider(reader, members?.get("provider"), `${key}.provider`, provider, providerIds))
    return null;
  return { provider, ...(model === null ? {} : { model }), ...(weight === null ? {} : { weight }) };
}

function checkProvider(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
  provider: string,
  known: ReadonlySet<string>,
): boolean {
  if (known.has(provider)) return true;
  const meant = nearest(provider, known);
  reader.refuse(
    node,
    key,
    `${quote(provider)} is no configured provider`,
    `${meant ? `did you mean ${meant}? ` : ""}known: ${listNames(known)}`,
  );
  return false;
}
