import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Usage } from "../../../src-gateway/ir/usage.ts";
import { createJsonArraySplitter } from "../../../src-gateway/protocols/gemini-content/json-array.ts";
import { createSseSplitter } from "../../../src-gateway/protocols/sse/splitter.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { CALL_FORMS, type CallForm, call, readAll, withoutIds } from "./provider-calls.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterEach(() => provider.reset());
afterAll(() => provider.stop());

/** Frames as the gateway's own splitters see them. */
function framesOf(form: CallForm, bytes: Buffer) {
  const splitter = form.name.endsWith("array") ? createJsonArraySplitter() : createSseSplitter();
  return [...splitter.push(bytes), ...splitter.finish()];
}

const usage: Usage = {
  inputUncached: 100,
  cacheRead: 20,
  cacheWrite5m: 3,
  cacheWrite1h: 4,
  output: 50,
  reasoning: 6,
  audioInput: 0,
  audioOutput: 0,
};

describe.each(CALL_FORMS)("$name", (form) => {
  const wire = WIRES[form.wire];
  const surface = (
    {
      "openai-chat": "chat",
      "openai-responses": "responses",
      "anthropic-messages": "messages",
      "gemini-content": "gemini",
    } as const
  )[form.wire];

  test("a whole answer and a stream report the usage of the script, in the buckets that the wire has", async () => {
    provider.script({ usage }, { usage });
    const whole = await readAll(await call(provider, form));
    expect(wire.readAnswer(whole.bytes, surface).usage).toEqual(provider.requests[0]?.usageReported);
    const streamed = await readAll(await call(provider, form, { stream: true }));
    const reader = wire.createStreamReader(surface);
    for (const frame of framesOf(form, streamed.bytes)) reader.push(frame);
    expect(reader.end()).toBe(true);
    expect(reader.facts.usage).toEqual(provider.requests[1]?.usageReported);
    const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output } = reader.facts.usage ?? usage;
    expect([inputUncached + cacheRead + cacheWrite5m + cacheWrite1h, output]).toEqual([127, 50]);
  });

  test("a stream ends with its terminal frame, and ids are new in every answer", async () => {
    const first = await readAll(await call(provider, form, { stream: true }));
    const second = await readAll(await call(provider, form, { stream: true }));
    expect(first.bytes.toString().split(form.terminal)).toHaveLength(2);
    expect(first.bytes.equals(second.bytes)).toBe(false);
    expect(withoutIds(first.bytes)).toBe(withoutIds(second.bytes));
  });

  test("chunking and encoding change nothing in the bytes of the answer", async () => {
    const plain = withoutIds((await readAll(await call(provider, form, { stream: true }))).bytes);
    const variants = [{ chunking: "byte" }, { chunking: "whole" }, { encoding: "gzip" }, { encoding: "br" }] as const;
    for (const step of [...variants, { encoding: "zstd" } as const]) {
      provider.script(step);
      const reply = await call(provider, form, { stream: true });
      expect(reply.headers.get("content-encoding")).toBe("encoding" in step ? step.encoding : null);
      expect(withoutIds((await readAll(reply)).bytes)).toBe(plain);
    }
  });

  test("an error in the stream stands where the script wants it, and is the last frame", async () => {
    const opens = { chat: ["role"], responses: ["created"], messages: ["message_start"] }[form.name] ?? [];
    for (const errorAt of ["first", "opening", 3] as const) {
      provider.script({ errorAt });
      const { bytes } = await readAll(await call(provider, form, { stream: true }));
      const reader = wire.createStreamReader(surface);
      const kinds = framesOf(form, bytes).map((frame) => reader.push(frame));
      expect(kinds.at(-1)).toBe("error");
      expect(kinds.slice(0, -1)).not.toContain("error");
      expect(kinds.includes("content")).toBe(errorAt === 3);
      expect(kinds.length === 1).toBe(errorAt === "first" || (errorAt === "opening" && opens.length === 0));
    }
  });

  test("a script's error inside a 200 is an error object", async () => {
    provider.script({ errorAt: "first" });
    const reply = await call(provider, form);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toHaveProperty("error.message");
  });

  test("a connection is cut where the script wants it", async () => {
    provider.script({ cutAt: "before-headers" });
    await expect(call(provider, form, { stream: true })).rejects.toThrow("fetch failed");
    const cuts = [];
    for (const cutAt of ["after-headers", 2, "in-frame", "in-character"] as const) {
      provider.script({ cutAt });
      const { bytes, isComplete } = await readAll(await call(provider, form, { stream: true }));
      expect(isComplete).toBe(false);
      cuts.push(bytes);
    }
    const [empty, two, half, character] = cuts.map((bytes) => bytes.toString());
    expect(empty).toBe("");
    expect(framesOf(form, cuts[1] ?? Buffer.alloc(0))).toHaveLength(2);
    expect(two).not.toContain(form.terminal);
    expect(half).not.toMatch(/\n\n$|\r\n\r\n$|\}$/);
    expect(character).toContain("\uFFFD");
    expect(provider.requests.some((request) => request.isAborted)).toBe(false);
  });

  test("a whole answer is cut in its middle", async () => {
    provider.script({ cutAt: "in-frame" });
    const reply = await call(provider, form);
    const { bytes, isComplete } = await readAll(reply);
    expect(isComplete).toBe(false);
    expect(bytes.length).toBeLessThan(Number(reply.headers.get("content-length")));
  });

  test("a stream ends early in good order, or without its reason", async () => {
    provider.script({ endEarlyAt: 2 }, { finishOmitted: true });
    const early = await readAll(await call(provider, form, { stream: true }));
    expect(early.isComplete).toBe(true);
    expect(framesOf(form, early.bytes)).toHaveLength(2);
    const unsaid = await readAll(await call(provider, form, { stream: true }));
    expect(unsaid.bytes.toString()).not.toContain(form.terminal);
  });

  test("usage is left out where the script says so", async () => {
    provider.script({ usageOmitted: true });
    const { bytes } = await readAll(await call(provider, form));
    expect(wire.readAnswer(bytes, surface).usage?.output ?? 0).toBe(0);
    expect(provider.requests[0]?.usageReported).toBeNull();
  });

  test("a gate in the stream holds what comes after so many frames", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 2, gate });
    const reply = await call(provider, form, { stream: true });
    await gate.reached;
    const reader = reply.body?.getReader();
    let seen = Buffer.alloc(0);
    while (framesOf(form, seen).length < 2)
      seen = Buffer.concat([seen, (await reader?.read())?.value ?? Buffer.alloc(0)]);
    expect(framesOf(form, seen)).toHaveLength(2);
    gate.open();
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      seen = Buffer.concat([seen, next.value]);
    }
    expect(seen.toString()).toContain(form.terminal);
  });

  test("a caller that goes away is noticed, before the head and in the stream", async () => {
    for (const gateAt of ["before-headers", 2] as const) {
      const gate = provider.gate();
      const gone = new AbortController();
      provider.script({ gateAt, gate });
      const reply = call(provider, form, { stream: true, signal: gone.signal });
      const reading = reply.then(readAll, () => null);
      const request = await provider.waitForRequest((candidate) => !candidate.isAborted);
      await gate.reached;
      gone.abort();
      await request.aborted;
      expect(request.isAborted).toBe(true);
      await reading;
    }
  });

  test("the key is demanded, in the header of the wire", async () => {
    const wrong = await call(provider, form, { headers: { ...form.headers("wrong") } });
    const missing = await call(provider, form, { headers: {} });
    expect([wrong.status, missing.status]).toEqual(form.wire === "gemini-content" ? [400, 403] : [401, 401]);
    expect(await wrong.json()).toHaveProperty("error.message");
    expect(await missing.json()).toHaveProperty("error.message");
  });

  test("a status is an error in the wire's own words", async () => {
    for (const status of [400, 429, 500, 503, 529]) {
      provider.script({ status });
      const reply = await call(provider, form, { stream: true });
      expect(reply.status).toBe(status);
      expect(reply.headers.get("retry-after")).toBe([429, 503, 529].includes(status) ? "1" : null);
      const error = wire.decodeError(status, Object.fromEntries(reply.headers), Buffer.from(await reply.arrayBuffer()));
      expect(error.message).toContain(`told to answer ${status}`);
    }
  });
});
