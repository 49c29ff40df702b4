/** Routes as the operator wrote them. `routing/` decides what they mean for a request. */
import type { Surface } from "../ir/protocol.ts";

export const ROUTE_STRATEGIES = [
  "single",
  "fallback",
  "weighted",
  "least-latency",
  "cheapest",
  "conditional",
  "content",
  "ab",
  "sticky",
] as const;
export type RouteStrategy = (typeof ROUTE_STRATEGIES)[number];

export const SCRIPTS = [
  "latin",
  "cyrillic",
  "greek",
  "arabic",
  "hebrew",
  "devanagari",
  "thai",
  "chinese",
  "japanese",
  "korean",
] as const;
/** What a text is written in, as far as its letters tell. */
export type Script = (typeof SCRIPTS)[number];

/** Minutes since midnight. A window that ends before it begins goes on into the next day. */
export interface TimeWindow {
  fromMinute: number;
  /** Exclusive; up to 1440. */
  toMinute: number;
}

/** What the request itself says. Everything that is given has to hold. */
export interface ContentCondition {
  tools?: boolean;
  images?: boolean;
  /** Shares of the user's text that look like code, from 0 to 1. */
  codeOver?: number;
  codeUnder?: number;
  charactersOver?: number;
  charactersUnder?: number;
  language?: Script[];
  /** One of them stands in the last text of the user; `*` stands for any text in between. */
  contains?: string[];
}

/**
 * When a route or a target is for a request. Everything that is given has to hold; of a list of patterns (`*` any text, `?`
 * one character, in any case) one is enough.
 */
export interface RouteCondition {
  surface?: Surface[];
  agent?: string[];
  key?: string[];
  user?: string[];
  team?: string[];
  project?: string[];
  /** By names in lower case. */
  header?: Record<string, string[]>;
  time?: TimeWindow[];
  /** Days on which a window of `time` begins; 0 is Sunday. */
  days?: number[];
  content?: ContentCondition;
  /** By path in the body (`metadata.team`); a text is a pattern. */
  field?: Record<string, (string | number | boolean)[]>;
}

/** Per million tokens, in any unit that all targets of the route share. */
export interface TargetCost {
  input: number;
  output: number;
}

/** What a strategy may want to know of each of its targets. */
export interface TargetTraits {
  weight?: number;
  when?: RouteCondition;
  /** The name of the arm of an A/B test. */
  variant?: string;
  cost?: TargetCost;
  /** From 0 to 1. */
  quality?: number;
}

export interface RouteTarget extends TargetTraits {
  provider: string;
  /** Keeps the model that was asked for when left out. */
  model?: string;
}

/** A strategy with its targets, some of which may be groups themselves. */
export interface RouteGroup extends TargetTraits {
  strategy: RouteStrategy;
  targets: RouteNode[];
  /** `least-latency`: the share of requests that go to another than the fastest, to learn how fast it is. */
  explore?: number;
  /** `cheapest`: targets below it are left out. */
  minQuality?: number;
  /** `ab`: what keeps its variant. */
  stickBy?: "session" | "key";
}

export type RouteNode = RouteTarget | RouteGroup;

export const isGroup = (node: RouteNode): node is RouteGroup => "targets" in node;

/** What a route says about trying again; what it leaves out is as the settings have it. */
export interface RoutePolicy {
  /** Attempts at providers, the first one included. */
  attempts?: number;
  totalMs?: number;
  /** A request that may have been accepted is sent again, at the risk of paying twice. */
  resend?: boolean;
  /** Whether a client's retry may attach to the exchange that is in flight. */
  join?: boolean;
}

/** One entry of `routes:`, or one pattern of an entry that has several. */
export interface RouteConfig extends RouteGroup {
  /** A model name, or a pattern with `*` and `?`. */
  match: string;
  /** All patterns of the entry, where it has several. */
  matches?: string[];
  /** The entry names no model: it is about requests, whatever they ask for. */
  anyModel?: boolean;
  /** A request that would lose something on the way is refused. */
  strict?: boolean;
  policy?: RoutePolicy;
  where: string;
}

/** Every target of a tree, in order. */
export const leavesOf = (nodes: readonly RouteNode[]): RouteTarget[] =>
  nodes.flatMap((node) => (isGroup(node) ? leavesOf(node.targets) : [node]));

/** What an arm is called when it has no name. */
export const variantOf = (node: RouteNode): string =>
  node.variant ??
  (isGroup(node) ? node.strategy : node.model === undefined ? node.provider : `${node.provider}/${node.model}`);
