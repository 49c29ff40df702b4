/** Requests, answers and streams as they come over each wire, in `test/fixtures/<wire>/`. */
import { readdirSync, readFileSync } from "node:fs";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { ProviderWire } from "../../src-gateway/ir/protocol.ts";

const folderOf = (wire: ProviderWire): URL => new URL(`../fixtures/${wire}/`, import.meta.url);

export type FixtureKind = "request" | "answer" | "stream";

const ENDINGS: Readonly<Record<FixtureKind, RegExp>> = {
  request: /\.request\.json$/,
  answer: /\.answer\.json$/,
  stream: /\.(?:sse|ndjson|eventstream)$/,
};

/** File names, sorted. */
export const fixtures = (wire: ProviderWire, kind: FixtureKind): string[] =>
  readdirSync(folderOf(wire))
    .filter((name) => ENDINGS[kind].test(name))
    .sort();

export const readFixture = (wire: ProviderWire, name: string): Buffer => readFileSync(new URL(name, folderOf(wire)));

export const readJsonFixture = (wire: ProviderWire, name: string): JsonObject =>
  JSON.parse(readFixture(wire, name).toString("utf8")) as JsonObject;

/** The name without what says its kind. */
export const fixtureTitle = (name: string): string => name.replace(/\.(?:request|answer)\.json$/, "");
