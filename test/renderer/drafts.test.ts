import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogueEntryView } from "../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import {
  addressesOf,
  draftOf,
  entryOf,
  missingIn,
  newDraft,
  operationsBetween,
  presentKeys,
} from "../../src-renderer/features/providers/provider-draft.ts";
import {
  draftOfRoute,
  emptyRoute,
  isGroupTarget,
  moved,
  newTarget,
  routeOf,
  routeOperations,
} from "../../src-renderer/features/routing/route-draft.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const target = fc.oneof(
  name,
  fc.tuple(name, name).map(([provider, model]) => `${provider}/${model}`),
  fc.record({ provider: name, model: name, weight: fc.nat(9), quality: fc.nat(1) }, { requiredKeys: ["provider"] }),
  fc.record({ strategy: fc.constant("fallback"), targets: fc.array(name, { minLength: 1 }) }),
);
const route = fc.record(
  {
    match: fc.oneof(name, fc.array(name, { minLength: 2, maxLength: 4 })),
    strategy: fc.constantFrom("fallback", "weighted"),
    targets: fc.array(target, { maxLength: 4 }),
    when: fc.constant({ tokens: { over: 5 } }),
  },
  { requiredKeys: ["targets"] },
);

describe("the draft of a route", () => {
  it("gives back every route that nobody changed, with what the editor does not know", () => {
    fc.assert(
      fc.property(route, (written) => {
        const after = routeOf(draftOfRoute(written), written);
        expect(after).toEqual(written);
        expect(routeOperations(0, written, after)).toEqual([]);
      }),
    );
  });

  it("changes what was changed, and writes a target as short as it can be", () => {
    const written = { match: "gpt-*", when: { x: 1 }, targets: [{ provider: "a", model: "m", note: 1 }, "b/gpt-5"] };
    const draft = draftOfRoute(written);
    const [first = newTarget(0), second = newTarget(1)] = draft.targets;
    const after = routeOf(
      {
        match: "gpt-*, o3",
        strategy: "weighted",
        targets: [
          { ...first, model: " " },
          { ...second, weight: "3" },
          { ...newTarget(9), provider: "c" },
        ],
      },
      written,
    );
    expect(after).toEqual({
      match: ["gpt-*", "o3"],
      when: { x: 1 },
      strategy: "weighted",
      targets: [{ provider: "a", note: 1 }, { provider: "b", model: "gpt-5", weight: 3 }, "c"],
    });
    expect(routeOperations(2, written, after).map(({ path }) => path)).toEqual([
      ["routes", 2, "match"],
      ["routes", 2, "targets"],
      ["routes", 2, "strategy"],
    ]);
  });

  it("takes out what was emptied, and knows a group", () => {
    expect(routeOf({ ...emptyRoute(), targets: [] }, { match: "x", strategy: "ab" })).toEqual({ targets: [] });
    const [group] = draftOfRoute({ targets: [{ targets: ["a", "b"] }] }).targets;
    expect(group && isGroupTarget(group)).toBe(true);
  });

  it("moves one and loses none", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { minLength: 1 }), fc.nat(), fc.nat(), (list, a, b) => {
        const [from, to] = [a % list.length, b % list.length];
        const next = moved(list, from, to);
        expect(new Set(next)).toEqual(new Set(list));
        expect(next[to]).toBe(list[from]);
        expect(moved(next, to, from)).toEqual(list);
      }),
    );
  });
});

const kind = {
  kind: "azure",
  name: "Azure",
  needsCredential: true,
  needsBaseUrl: true,
  options: ["deployment"],
  protocols: { "openai-chat": "https://api.example.com/v1", "openai-responses": "https://{resource}.example.com" },
} as unknown as CatalogueEntryView;

describe("the draft of a provider", () => {
  it("has a name that nothing has yet", () => {
    expect(newDraft(kind, []).id).toBe("azure");
    expect(newDraft(kind, ["azure", "azure-2"]).id).toBe("azure-3");
  });

  it("gives back an entry that nobody changed", () => {
    const written = {
      id: "azure",
      kind: "azure",
      base_url: "https://x",
      credential: "env:KEY",
      options: { deployment: "d" },
    };
    const after = entryOf(draftOf(written, kind), written, null);
    expect(after).toEqual(written);
    expect(operationsBetween("azure", written, after)).toEqual([]);
  });

  it("holds a new key in place of the old one, or beside it, and never the key itself", () => {
    const before = { id: "azure", credential: "env:OLD" };
    const draft = { ...draftOf(before, kind), keyWay: "paste" as const, secret: "sk-planted" };
    const alone = entryOf(draft, before, "secret:azure");
    expect(alone).toEqual({ id: "azure", credential: "secret:azure" });
    const beside = entryOf({ ...draft, isBeside: true }, before, "secret:azure");
    expect(beside).toEqual({ id: "azure", credentials: ["env:OLD", "secret:azure"] });
    expect(presentKeys(beside)).toEqual(["env:OLD", "secret:azure"]);
    expect(JSON.stringify([alone, beside])).not.toContain("sk-planted");
    expect(entryOf({ ...draft, keyWay: "none" }, before, null)).toEqual({ id: "azure" });
  });

  it("says what is missing, the first thing first", () => {
    const draft = { ...newDraft(kind, []), id: "a b" };
    expect(missingIn(draft, kind)).toBe("id");
    expect(missingIn({ ...draft, id: "a" }, kind)).toBe("baseUrl");
    const placed = { ...draft, id: "a", baseUrl: "https://x" };
    expect(missingIn(placed, kind)).toBe("key");
    expect(missingIn({ ...placed, secret: "sk" }, kind)).toBeNull();
    const refers = { ...placed, keyWay: "reference" as const };
    expect(missingIn({ ...refers, reference: "KEY" }, kind)).toBe("key");
    expect(missingIn({ ...refers, reference: "env:KEY" }, kind)).toBeNull();
  });

  it("is raced at its own address and at those that are whole", () => {
    expect(addressesOf({ ...newDraft(kind, []), baseUrl: " https://x " }, kind)).toEqual([
      "https://x",
      "https://api.example.com/v1",
    ]);
  });
});
