import { beforeEach, describe, expect, it } from "vitest";
import { EVENT_CATALOGUE, type EventType } from "../../../src-gateway/hooks/event-catalogue.ts";
import { createEvents } from "../../../src-gateway/hooks/events.ts";
import { createIncidents, type Incidents } from "../../../src-gateway/hooks/incidents.ts";
import type { GatewayEvent } from "../../../src-gateway/hooks/types.ts";
import type { AttemptRecord, ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { completedRecord } from "../../support/exchange-records.ts";

let nowUs = 0;
let told: GatewayEvent[];
let incidents: Incidents;
beforeEach(() => {
  nowUs = 1_800_000_000_000_000;
  told = [];
  const events = createEvents();
  events.watch((event) => told.push(event));
  incidents = createIncidents(events, { nowUs: () => nowUs, monotonicUs: () => nowUs }, 25);
});
const pass = (seconds: number): void => {
  nowUs += seconds * 1_000_000;
  incidents.sweep();
};
const ofType = (type: EventType): GatewayEvent[] => told.filter((event) => event.type === type);
const close = (more: Partial<ExchangeRecord> = {}): void => incidents.closed({ ...completedRecord(nowUs), ...more });
const failure: Partial<ExchangeRecord> = {
  outcome: "failed",
  provider: "openai",
  modelRouted: "gpt-5",
  errorCode: "provider_error",
  status: 502,
  errorMessage: "planted words of a provider",
};
const attempt = (provider: string, errorCode: string | null): AttemptRecord => ({
  provider,
  model: "m",
  status: errorCode === null ? 200 : 500,
  errorCode,
  reason: "",
  startedUs: 0,
  firstByteUs: null,
  endedUs: 1,
});

describe("an outage", () => {
  it("is told at once, then how much more of it there was, and then no more", () => {
    for (let n = 0; n < 1_000; n++) close(failure);
    expect(ofType("gateway.request.failed")).toHaveLength(1);
    pass(299);
    expect(ofType("gateway.request.failed")).toHaveLength(1);
    pass(2);
    expect(ofType("gateway.request.failed").map(({ metadata }) => metadata["count"])).toEqual([1, 999]);
    pass(400);
    pass(400);
    expect(ofType("gateway.request.failed")).toHaveLength(2);
    close(failure);
    expect(ofType("gateway.request.failed")).toHaveLength(3);
  });

  it("of every kind at once is still few events", () => {
    for (let n = 0; n < 5_000; n++) close({ ...failure, modelRouted: `model-${n}` });
    expect(ofType("gateway.request.failed").length).toBeLessThan(250);
  });

  it("is a high error rate once, until it was over", () => {
    for (let n = 0; n < 60; n++) close();
    expect(ofType("gateway.error_rate.high")).toEqual([]);
    for (let n = 0; n < 40; n++) close(failure);
    const high = ofType("gateway.error_rate.high").map(({ metadata }) => metadata);
    expect(high).toHaveLength(2);
    expect(high[1]).toMatchObject({ provider: "openai", percent: 100, failed: 20, requests: 20 });
    expect(high[0]).toMatchObject({ provider: null, percent: 25, failed: 20, requests: 80, threshold_percent: 25 });
    pass(600);
    for (let n = 0; n < 30; n++) close();
    for (let n = 0; n < 20; n++) close(failure);
    expect(ofType("gateway.error_rate.high").filter(({ metadata }) => metadata["provider"] === null)).toHaveLength(2);
  });
});

describe("a closed exchange", () => {
  it("tells that another target answered", () => {
    close({ attempts: [attempt("one", "provider_error"), attempt("two", null)] });
    close({ attempts: [attempt("one", null)] });
    close({ attempts: [attempt("one", "provider_error"), attempt("one", null)] });
    expect(ofType("gateway.failover")).toMatchObject([
      { metadata: { from_provider: "one", to_provider: "two", error_code: "provider_error", status: 500, count: 1 } },
    ]);
  });

  it("tells whose limit was met, for each of them", () => {
    const refused: Partial<ExchangeRecord> = { outcome: "refused", errorCode: "quota_exceeded", userId: 4 };
    for (const apiKeyId of [1, 1, 2]) close({ ...refused, apiKeyId });
    close({ outcome: "refused", errorCode: "invalid_json" });
    expect(ofType("gateway.limit.reached").map(({ metadata, user_id }) => [metadata["api_key_id"], user_id])).toEqual([
      ["1", "4"],
      ["2", "4"],
    ]);
  });

  it("tells of an agent in a circle once for each level", () => {
    for (const runaway of ["warn repeated-calls 3", "warn repeated-calls 3", "pause repeated-calls 5"])
      close({ runaway, session: "s" });
    expect(ofType("gateway.runaway.detected").map(({ metadata }) => [metadata["level"], metadata["repeats"]])).toEqual([
      ["warn", 3],
      ["pause", 5],
    ]);
  });

  it("tells nothing but what is described, and no words of a provider", () => {
    for (let n = 0; n < 30; n++) close({ ...failure, runaway: "warn no-progress 3" });
    close({ attempts: [attempt("one", "provider_error"), attempt("two", null)] });
    close({ outcome: "refused", errorCode: "overloaded" });
    expect(told.length).toBeGreaterThan(4);
    for (const { type, metadata } of told)
      expect(EVENT_CATALOGUE[type as EventType].strict().safeParse(metadata)).toMatchObject({ success: true });
    expect(JSON.stringify(told)).not.toContain("planted");
  });
});

describe("telling", () => {
  it("costs less than two microseconds when nobody listens, and a broken listener harms nobody", () => {
    const events = createEvents();
    const began = performance.now();
    for (let n = 0; n < 100_000; n++) events.tell("gateway.started", { version: "1", pid: 1 });
    expect(performance.now() - began).toBeLessThan(200);
    events.watch(() => {
      throw new Error("broken");
    });
    const heard: GatewayEvent[] = [];
    events.watch((event) => heard.push(event));
    events.tell("gateway.started", { version: "1", pid: 1 });
    expect(heard).toHaveLength(1);
  });
});
