/** The targets of a route: providers, and groups of targets with a strategy of their own. */
import { isMap, isScalar, type Node } from "yaml";
import { nearest } from "./nearest.ts";
import { given, readCondition, readContent } from "./read-conditions.ts";
import {
  isGroup,
  ROUTE_STRATEGIES,
  type RouteCondition,
  type RouteGroup,
  type RouteNode,
  type RouteStrategy,
  type RouteTarget,
  type TargetCost,
  type TargetTraits,
  variantOf,
} from "./route-types.ts";
import { listNames, quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

const MAX_WEIGHT = 1_000_000;
const MAX_COST = 1_000_000_000;
const MAX_DEPTH = 6;

export const GROUP_MEMBERS = ["strategy", "targets", "explore", "min_quality", "stick_by"];
const TRAITS = ["weight", "when", "variant", "cost", "quality"];
/** Members that mean something to one strategy only: in another place somebody expects what will not happen. */
const OPTION_OF: Readonly<Record<string, readonly RouteStrategy[]>> = {
  explore: ["least-latency"],
  min_quality: ["cheapest"],
  stick_by: ["ab"],
};
const TRAIT_OF: Readonly<Record<string, readonly RouteStrategy[]>> = {
  when: ["conditional", "content"],
  variant: ["ab"],
};

interface Around {
  reader: YamlReader;
  providerIds: ReadonlySet<string>;
  depth: number;
}

/** `strategy`, `targets` and the strategy's options, out of the members of a route or a group. */
export function readGroup(
  reader: YamlReader,
  node: Node,
  members: ReadonlyMap<string, Node>,
  key: string,
  providerIds: ReadonlySet<string>,
): RouteGroup {
  return readMembers({ reader, providerIds, depth: 0 }, node, members, key);
}

function readMembers(around: Around, node: Node, members: ReadonlyMap<string, Node>, key: string): RouteGroup {
  const { reader } = around;
  const problemsBefore = reader.problems.length;
  const items = reader.items(members.get("targets"), `${key}.targets`);
  if (!members.has("targets")) reader.refuse(node, `${key}.targets`, "is missing", "such as targets: [openai]");
  else if (items.length === 0)
    reader.refuse(members.get("targets"), `${key}.targets`, "names no provider", "such as targets: [openai]");
  const strategy = readStrategy(reader, members.get("strategy"), `${key}.strategy`, items.length);
  const targets = items.flatMap((item, n) => readNode(around, item, `${key}.targets[${n}]`, strategy) ?? []);
  for (const [name, strategies] of Object.entries(OPTION_OF)) {
    if (members.has(name) && !strategies.includes(strategy)) {
      const hint = `it belongs to strategy: ${strategies.join(" or ")}`;
      reader.refuse(members.get(name), `${key}.${name}`, `means nothing to ${strategy}`, hint);
    }
  }
  const group: RouteGroup = {
    strategy,
    ...given<Pick<RouteGroup, "explore" | "minQuality" | "stickBy">>({
      explore: reader.number(members.get("explore"), `${key}.explore`, 0, 1),
      minQuality: reader.number(members.get("min_quality"), `${key}.min_quality`, 0, 1),
      stickBy: readStickBy(reader, members.get("stick_by"), `${key}.stick_by`),
    }),
    targets,
  };
  // What was refused already would be told a second time.
  if (items.length > 0 && reader.problems.length === problemsBefore)
    checkGroup(reader, members.get("targets") ?? node, key, group);
  return group;
}

function readStrategy(reader: YamlReader, node: Node | undefined, key: string, targets: number): RouteStrategy {
  const standard = targets > 1 ? "fallback" : "single";
  const asked = reader.text(node, key);
  if (asked === null) return standard;
  const strategy = ROUTE_STRATEGIES.find((name) => name === asked);
  if (!strategy) reader.refuse(node, key, `${quote(asked)} is no strategy`, `allowed: ${ROUTE_STRATEGIES.join(", ")}`);
  // The others would be there for nothing, and the person who wrote them expects something of them.
  else if (strategy === "single" && targets > 1)
    reader.refuse(node, key, "single takes one target", `allowed with more: ${ROUTE_STRATEGIES.slice(1).join(", ")}`);
  return strategy ?? standard;
}

function readStickBy(reader: YamlReader, node: Node | undefined, key: string): "session" | "key" | null {
  const text = reader.text(node, key);
  if (text === null || text === "session" || text === "key") return text;
  reader.refuse(node, key, `${quote(text)} is not allowed`, "allowed: session, key");
  return null;
}

/** `{provider, model?, …}`, a group `{targets, …}`, or the short forms `provider` and `provider/model`. */
function readNode(around: Around, node: Node, key: string, parent: RouteStrategy): RouteNode | null {
  const { reader, depth } = around;
  if (!isMap(node)) return readShort(around, node, key);
  const isGroupNode = reader.entries(node).has("targets");
  const members = reader.members(node, key, [...(isGroupNode ? GROUP_MEMBERS : ["provider", "model"]), ...TRAITS]);
  if (!members) return null;
  for (const [name, strategies] of Object.entries(TRAIT_OF)) {
    if (!members.has(name) || strategies.includes(parent)) continue;
    const hint = `it belongs to targets of strategy: ${strategies.join(" or ")}`;
    reader.refuse(members.get(name), `${key}.${name}`, `means nothing to ${parent}`, hint);
  }
  const traits = readTraits(reader, members, key, parent);
  if (isGroupNode) {
    if (depth < MAX_DEPTH) return { ...readMembers({ ...around, depth: depth + 1 }, node, members, key), ...traits };
    reader.refuse(node, key, "is nested too deeply", `at most ${MAX_DEPTH} groups in each other`);
    return null;
  }
  const target = readTarget(around, node, members, key);
  return target && { ...target, ...traits };
}

function readShort(around: Around, node: Node, key: string): RouteTarget | null {
  const text = around.reader.text(node, key);
  if (text === null) return null;
  const [provider = "", ...rest] = text.split("/");
  const model = rest.join("/");
  if (rest.length > 0 && model === "") around.reader.refuse(node, key, "names no model after the slash");
  return checkProvider(around, node, key, provider) ? { provider, ...(rest.length > 0 ? { model } : {}) } : null;
}

function readTarget(around: Around, node: Node, members: ReadonlyMap<string, Node>, key: string): RouteTarget | null {
  const { reader, providerIds } = around;
  const provider = reader.text(members.get("provider"), `${key}.provider`);
  const model = reader.text(members.get("model"), `${key}.model`);
  if (!members.has("provider"))
    reader.refuse(node, `${key}.provider`, "is missing", `known: ${listNames(providerIds)}`);
  if (provider === null || !checkProvider(around, members.get("provider"), `${key}.provider`, provider)) return null;
  return { provider, ...(model === null ? {} : { model }) };
}

function checkProvider(
  { reader, providerIds }: Around,
  node: Node | undefined,
  key: string,
  provider: string,
): boolean {
  if (providerIds.has(provider)) return true;
  const meant = nearest(provider, providerIds);
  reader.refuse(
    node,
    key,
    `${quote(provider)} is no configured provider`,
    `${meant ? `did you mean ${meant}? ` : ""}known: ${listNames(providerIds)}`,
  );
  return false;
}

function readTraits(
  reader: YamlReader,
  members: ReadonlyMap<string, Node>,
  key: string,
  parent: RouteStrategy,
): TargetTraits {
  const when = (): RouteCondition | null => {
    const node = members.get("when");
    if (node === undefined) return null;
    if (parent !== "content") return readCondition(reader, node, `${key}.when`);
    const content = readContent(reader, node, `${key}.when`);
    return content && { content };
  };
  return given<TargetTraits>({
    weight: reader.number(members.get("weight"), `${key}.weight`, 0, MAX_WEIGHT),
    when: when(),
    variant: reader.text(members.get("variant"), `${key}.variant`),
    cost: readCost(reader, members.get("cost"), `${key}.cost`),
    quality: reader.number(members.get("quality"), `${key}.quality`, 0, 1),
  });
}

/** One number for both directions, or `{input, output}`. */
function readCost(reader: YamlReader, node: Node | undefined, key: string): TargetCost | null {
  if (node === undefined) return null;
  if (isScalar(node)) {
    const both = reader.number(node, key, 0, MAX_COST);
    return both === null ? null : { input: both, output: both };
  }
  const members = reader.members(node, key, ["input", "output"]);
  const [input, output] = ["input", "output"].map((name) => {
    if (members && !members.has(name)) reader.refuse(node, `${key}.${name}`, "is missing", "per million tokens");
    return reader.number(members?.get(name), `${key}.${name}`, 0, MAX_COST) ?? null;
  });
  return input === null || input === undefined || output === null || output === undefined ? null : { input, output };
}

/** What only shows when all targets are known. */
function checkGroup(reader: YamlReader, node: Node, key: string, group: RouteGroup): void {
  const { strategy, targets, minQuality } = group;
  const refuse = (problem: string, hint: string): void => reader.refuse(node, `${key}.targets`, problem, hint);
  if ((strategy === "weighted" || strategy === "ab") && targets.every(({ weight }) => weight === 0))
    refuse("every weight is 0", "at least one must be larger");
  if (strategy === "ab") {
    const names = targets.map(variantOf);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) refuse(`${quote(twice)} stands for two variants`, "give each its own variant: name");
  }
  if (strategy === "cheapest") {
    if (!targets.every(hasCost)) refuse("a target has no cost", "such as cost: {input: 3, output: 15}");
    if (minQuality === undefined) return;
    if (targets.some(({ quality }) => quality === undefined))
      refuse("a target has no quality", "min_quality needs it of each, such as quality: 0.8");
    else if (targets.every(({ quality = 0 }) => quality < minQuality))
      refuse("no target reaches min_quality", "lower it, or name a better target");
  }
  if ((strategy === "conditional" || strategy === "content") && targets.slice(0, -1).some(({ when }) => !when))
    refuse("a target without when: hides those behind it", "only the last one may have none");
}

const hasCost = (node: RouteNode): boolean => node.cost !== undefined || (isGroup(node) && node.targets.every(hasCost));
