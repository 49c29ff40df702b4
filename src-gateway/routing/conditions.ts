/** Does a `when:` hold for a request? And in words: what it asks, and what of it did not hold. */

import { fitsAnyCase, stands } from "../lib/patterns.ts";
import { isWithin, localTime } from "../lib/time-of-day.ts";
import type { ContentCondition, RouteCondition, TimeWindow } from "../settings/route-types.ts";
import type { ContentFacts, RequestFacts } from "./types.ts";

/** Null when the condition holds; else what of it does not, in words without values of the request. */
export function whyNot(condition: RouteCondition, facts: RequestFacts): string | null {
  const { key } = facts;
  const { surface } = condition;
  if (surface && !surface.includes(facts.surface)) return `it is for ${surface.join(", ")}`;
  if (condition.agent && !fitsAgent(condition.agent, facts.agent))
    return `it is for the agent ${list(condition.agent)}`;
  if (condition.key && !fitsOne(condition.key, key?.name)) return `it is for the key ${list(condition.key)}`;
  if (condition.user && !fitsOne(condition.user, key?.user)) return "it is for other users";
  if (condition.team && !fitsOne(condition.team, key?.team)) return `it is for the team ${list(condition.team)}`;
  if (condition.project && !fitsOne(condition.project, facts.project))
    return `it is for the project ${list(condition.project)}`;
  for (const [name, patterns] of Object.entries(condition.header ?? {})) {
    if (!headerValues(facts, name).some((value) => fitsOne(patterns, value)))
      return `the header "${name}" is not as it asks`;
  }
  if (!isTime(condition, facts)) return `it is for ${timeWords(condition)}`;
  // Last, because these may have to read the body.
  for (const [path, values] of Object.entries(condition.field ?? {})) {
    const value = facts.field(path);
    if (!values.some((wanted) => isValue(wanted, value))) return `the field "${path}" is not as it asks`;
  }
  return condition.content ? contentWhyNot(condition.content, facts.content()) : null;
}

/** What the condition asks for; of headers, fields and texts only where they stand. */
export function conditionWords(condition: RouteCondition): string {
  const words: string[] = [];
  if (condition.surface) words.push(condition.surface.join(" or "));
  for (const name of ["agent", "key", "team", "project"] as const) {
    const patterns = condition[name];
    if (patterns) words.push(`${name} ${list(patterns)}`);
  }
  if (condition.user) words.push("these users");
  for (const name of Object.keys(condition.header ?? {})) words.push(`header "${name}"`);
  if (condition.time || condition.days) words.push(timeWords(condition));
  for (const path of Object.keys(condition.field ?? {})) words.push(`field "${path}"`);
  if (condition.content) words.push("this content");
  return words.join(", ");
}

const list = (patterns: readonly string[]): string => patterns.map((pattern) => `"${pattern}"`).join(" or ");

const fitsOne = (patterns: readonly string[], text: string | null | undefined): boolean =>
  text !== null && text !== undefined && patterns.some((pattern) => fitsAnyCase(pattern, text));

/** `claude-code` stands for each of its versions. */
const fitsAgent = (patterns: readonly string[], agent: string | null): boolean =>
  fitsOne(patterns, agent) || fitsOne(patterns, agent?.split("/")[0]);

export function headerValues({ headers }: Pick<RequestFacts, "headers">, name: string): string[] {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

const isValue = (wanted: string | number | boolean, value: unknown): boolean =>
  typeof wanted === "string" && typeof value === "string" ? fitsAnyCase(wanted, value) : wanted === value;

function isTime({ time, days }: RouteCondition, facts: RequestFacts): boolean {
  if (time === undefined && days === undefined) return true;
  return Number.isFinite(facts.nowMs) && isWithin(localTime(facts.nowMs, facts.timeZone), time, days);
}

const DAY_NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const span = ({ fromMinute, toMinute }: TimeWindow): string => `${clock(fromMinute)} to ${clock(toMinute)}`;

function timeWords({ time, days }: RouteCondition): string {
  const spans = time?.map(span).join(" and ");
  const names = days?.map((day) => DAY_NAMES[day]).join(", ");
  return [spans, names && `on ${names}`].filter((text) => text !== undefined).join(" ");
}

function contentWhyNot(condition: ContentCondition, facts: ContentFacts): string | null {
  const { tools, images, codeOver, codeUnder, charactersOver, charactersUnder, language, contains } = condition;
  if (tools !== undefined && tools !== facts.hasTools) return `it is for requests ${tools ? "with" : "without"} tools`;
  if (images !== undefined && images !== facts.hasImages)
    return `it is for requests ${images ? "with" : "without"} images`;
  if (charactersOver !== undefined && facts.characters <= charactersOver)
    return `it is for more than ${charactersOver} characters`;
  if (charactersUnder !== undefined && facts.characters >= charactersUnder)
    return `it is for fewer than ${charactersUnder} characters`;
  if (codeOver !== undefined && facts.code <= codeOver) return "it is for texts with more code";
  if (codeUnder !== undefined && facts.code >= codeUnder) return "it is for texts with less code";
  if (language && (facts.language === null || !language.includes(facts.language)))
    return `it is for texts in ${language.join(" or ")} letters`;
  const text = contains && facts.lastUserText.toLowerCase();
  if (contains && !contains.some((piece) => stands(piece.toLowerCase(), text ?? "")))
    return "the text does not hold what it asks for";
  return null;
}
