import { describe, expect, it } from "vitest";
import { ENDPOINTS, type EndpointName } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { WITHOUT_ACT } from "../../../src-gateway/admin-api/contract/without-act.ts";
import { HANDLERS } from "../../../src-gateway/admin-api/handlers/all.ts";

const changing = (Object.keys(ENDPOINTS) as EndpointName[]).filter(
  (name) => ENDPOINTS[name].method !== "GET" && !(name in WITHOUT_ACT),
);

/** It takes `record`, or its input as a whole and hands that on. */
const mayRecord = (source: string): boolean => /\brecord\b/.test(source) || !/^(?:async\s+)?\w*\s*\(\s*\{/.test(source);

describe("an endpoint that is no GET", () => {
  it("has its handler record an act, or is named with the reason why not", () => {
    // The app records a nameless act where a handler says nothing; this asks for one with a name and states.
    const silent = changing.filter((name) => !mayRecord(HANDLERS[name].toString()));
    const todo = "call input.record({ action, target, before, after }), or add a line to contract/without-act.ts";
    expect({ todo, silent }).toEqual({ todo, silent: [] });
  });

  it("is not excused without being there", () => {
    expect(Object.keys(WITHOUT_ACT).filter((name) => !(name in ENDPOINTS))).toEqual([]);
  });
});
