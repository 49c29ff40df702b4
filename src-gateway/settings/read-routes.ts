import type { Node } from "yaml";
import { given, readCondition, readPatterns } from "./read-conditions.ts";
import { GROUP_MEMBERS, readGroup } from "./read-route-targets.ts";
import type { RouteConfig, RoutePolicy } from "./route-types.ts";
import type { YamlReader } from "./yaml-reader.ts";

const MEMBERS = ["match", "when", ...GROUP_MEMBERS, "strict", "retry", "resend", "join"];
const DAY_MS = 86_400_000;

/** The entries of `routes:`, one for each pattern. A target's provider must be one of `providerIds`. */
export function readRoutes(
  reader: YamlReader,
  node: Node | undefined,
  providerIds: ReadonlySet<string>,
): RouteConfig[] {
  return reader
    .items(node, "routes")
    .flatMap((item, index) => readRoute(reader, item, `routes[${index}]`, providerIds));
}

function readRoute(reader: YamlReader, node: Node, key: string, providerIds: ReadonlySet<string>): RouteConfig[] {
  const members = reader.members(node, key, MEMBERS);
  if (!members) return [];
  const matches = readPatterns(reader, members.get("match"), `${key}.match`);
  if (!members.has("match") && !members.has("when"))
    reader.refuse(node, `${key}.match`, "is missing", "a model name, or a pattern such as gpt-*");
  const when = members.has("when") ? readCondition(reader, members.get("when"), `${key}.when`) : null;
  const group = readGroup(reader, node, members, key, providerIds);
  const strict = reader.flag(members.get("strict"), `${key}.strict`);
  const policy = readPolicy(reader, members, key);
  const rest = { ...group, ...given<Partial<RouteConfig>>({ when, strict, policy }), where: reader.where(node) };
  if (members.has("match")) {
    const all = matches && matches.length > 1 ? { matches } : {};
    return (matches ?? []).map((match) => ({ match, ...all, ...rest }));
  }
  return [{ match: "*", anyModel: true, ...rest }];
}

function readPolicy(reader: YamlReader, members: ReadonlyMap<string, Node>, key: string): RoutePolicy | null {
  const retry = members.has("retry")
    ? reader.members(members.get("retry"), `${key}.retry`, ["attempts", "total_ms"])
    : null;
  const whole = (name: string, min: number, max: number): number | null => {
    const place = `${key}.retry.${name}`;
    const value = reader.number(retry?.get(name), place, min, max);
    if (value === null || Number.isInteger(value)) return value;
    reader.refuse(retry?.get(name), place, "is no whole number", `allowed: ${min} to ${max}`);
    return null;
  };
  const policy = given<RoutePolicy>({
    attempts: whole("attempts", 1, 20),
    totalMs: whole("total_ms", 100, DAY_MS),
    resend: reader.flag(members.get("resend"), `${key}.resend`),
    join: reader.flag(members.get("join"), `${key}.join`),
  });
  return Object.keys(policy).length === 0 ? null : policy;
}
