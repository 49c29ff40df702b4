import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveTrayState } from "../../../src-main/tray/derive-tray-state.ts";
import {
  COPYABLES,
  TRAY_STATES,
  TRAY_TITLES,
  type TrayItem,
  type TraySnapshot,
  type TrayState,
} from "../../../src-main/tray/types.ts";
import { arbitrarySnapshot, QUIET } from "./snapshots.ts";

/** What brings each state about, and nothing else. */
const CAUSES: Readonly<Record<TrayState, Partial<TraySnapshot>[]>> = {
  error: [
    { url: null, startProblem: "Port 8081 is taken by another program." },
    { providers: [{ id: "openai", isDown: true }] },
    { lockedKeys: ["openai"] },
  ],
  stopped: [{ budget: { name: "monthly", percent: 101, isStopped: true } }],
  paused: [{ paused: true }],
  failover: [{ failover: { from: "openai", to: "deepseek" } }],
  warning: [{ budget: { name: "monthly", percent: 80, isStopped: false } }],
  update: [{ update: { version: "2.0.0", isStaged: true } }, { update: { version: "2.0.0", isStaged: false } }],
  active: [{ openExchanges: 2 }],
  running: [{}],
};
const causes = Object.entries(CAUSES).flatMap(([state, list]) =>
  list.map((cause) => ({ state: state as TrayState, cause })),
);

const flat = (items: readonly TrayItem[]): TrayItem[] =>
  items.flatMap((item) => (item.kind === "submenu" ? [item, ...flat(item.items)] : [item]));
const itemsOf = (snapshot: Partial<TraySnapshot>): TrayItem[] => flat(deriveTrayState({ ...QUIET, ...snapshot }).menu);
const find = (id: string, snapshot: Partial<TraySnapshot>): TrayItem | undefined =>
  itemsOf(snapshot).find((item) => item.id === id);
const labelOf = (item: TrayItem | undefined): string => (item && "label" in item ? item.label : "");

describe("the state of the tray", () => {
  it.each(causes)("is $state for $cause", ({ state, cause }) => {
    expect(deriveTrayState({ ...QUIET, ...cause }).icon).toBe(state);
  });

  const pairs = causes.flatMap((one) => causes.map((other) => ({ one, other })));
  it("is the one that matters more, of every two", () => {
    for (const { one, other } of pairs) {
      // Both are about the budget: there is one, and it is either stopped or not.
      if (one.cause.budget && other.cause.budget) continue;
      const { icon } = deriveTrayState({ ...QUIET, ...other.cause, ...one.cause });
      const [first] = [one.state, other.state].sort((a, b) => TRAY_STATES.indexOf(a) - TRAY_STATES.indexOf(b));
      expect([one, other, icon]).toEqual([one, other, first]);
    }
  });

  it("is not that of a provider while another can be asked", () => {
    const providers = [
      { id: "openai", isDown: true },
      { id: "deepseek", isDown: false },
    ];
    expect(deriveTrayState({ ...QUIET, providers }).icon).toBe("running");
  });

  it("says so while the gateway starts, which is no failure", () => {
    const { icon, tooltip } = deriveTrayState({ ...QUIET, url: null });
    expect([icon, tooltip]).toEqual(["running", "Tokligence Gateway: Starting"]);
  });

  it("warns from 80 percent of a budget on, and not a moment earlier", () => {
    const at = (percent: number) => deriveTrayState({ ...QUIET, budget: { name: "b", percent, isStopped: false } });
    expect([at(79.9).icon, at(80).icon]).toEqual(["running", "warning"]);
    expect(at(99.9).tooltip).toContain("99 % of the budget b");
  });
});

describe("the model of the tray", () => {
  it("is the same for the same facts, and changes none of them", () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        const before = structuredClone(snapshot);
        expect(deriveTrayState(structuredClone(snapshot))).toEqual(deriveTrayState(snapshot));
        expect(snapshot).toEqual(before);
      }),
    );
  });

  it("names every item once, says something in each, and has no two separators in a row", () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        const { menu, tooltip } = deriveTrayState(snapshot);
        const all = flat(menu);
        const ids = all.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(all.filter((item) => item.kind !== "separator" && labelOf(item).trim() === "")).toEqual([]);
        const kinds = menu.map(({ kind }) => kind);
        expect(kinds.some((kind, at) => kind === "separator" && kinds[at - 1] === "separator")).toBe(false);
        expect(tooltip).not.toBe("");
      }),
    );
  });

  it("has one choice of several that is taken", () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        for (const item of deriveTrayState(snapshot).menu) {
          const choices = item.kind === "submenu" ? item.items.filter((each) => each.kind === "choice") : [];
          expect(choices.filter(({ isChosen }) => isChosen)).toHaveLength(choices.length === 0 ? 0 : 1);
        }
      }),
    );
  });

  it("holds no control characters and no line that fills the screen", () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        for (const item of flat(deriveTrayState(snapshot).menu)) {
          if (item.kind === "separator") continue;
          expect(item.label).not.toMatch(/\p{Cc}/u);
          expect(item.label.length).toBeLessThan(220);
        }
      }),
    );
  });
});

describe("the menu", () => {
  it("begins with the state and ends with the way out, whatever is so", () => {
    for (const { cause } of causes) {
      const { menu } = deriveTrayState({ ...QUIET, ...cause });
      expect(menu[0]).toMatchObject({ kind: "words", id: "state" });
      expect(menu.at(-1)).toMatchObject({ id: "quit", action: { do: "quit" } });
    }
  });

  it("offers only the verb that makes sense: pause or resume", () => {
    expect(find("pause", {})).toMatchObject({ action: { do: "pause" } });
    expect(find("resume", {})).toBeUndefined();
    expect(find("resume", { paused: true })).toMatchObject({ action: { do: "resume" } });
    expect(find("pause", { paused: true })).toBeUndefined();
  });

  it("switches between providers and back to the routes, and says who cannot be reached", () => {
    const providers = [
      { id: "openai", isDown: false },
      { id: "r&d", isDown: true },
    ];
    const shown = { providers, providerInUse: "openai" };
    expect(find("use:openai", shown)).toMatchObject({ kind: "choice", isChosen: true });
    expect(find("use:r&d", shown)).toMatchObject({
      label: "r&&d (not reachable)",
      isChosen: false,
      action: { do: "use", provider: "r&d" },
    });
    expect(find("use", shown)).toMatchObject({ isChosen: false, action: { do: "use", provider: null } });
    expect(find("use", { providers })).toMatchObject({ isChosen: true });
    expect(find("switch", { providers: [] })).toMatchObject({ action: { do: "open", page: "providers" } });
  });

  it("copies all there is to copy", () => {
    const copies = itemsOf({}).flatMap((item) =>
      item.kind === "action" && item.action.do === "copy" ? [item.action.what] : [],
    );
    expect(copies.sort()).toEqual([...COPYABLES].sort());
  });

  it("offers another try and nothing that needs a gateway where none runs", () => {
    const ids = itemsOf({ url: null, startProblem: "The disk is full." }).map(({ id }) => id);
    expect(ids).toContain("retry");
    for (const id of ["pause", "switch", "copy", "dashboard", "settings"]) expect(ids).not.toContain(id);
    expect(find("retry", {})).toBeUndefined();
  });

  it("speaks of an update only when there is one", () => {
    expect(find("update", {})).toBeUndefined();
    expect(labelOf(find("update", { update: { version: "2.0.0", isStaged: true } }))).toBe("Restart for version 2.0.0");
    expect(labelOf(find("update", { update: { version: "2.0.0", isStaged: false } }))).toBe("Version 2.0.0…");
  });

  it("turns opening at login into its opposite", () => {
    for (const openAtLogin of [true, false])
      expect(find("open-at-login", { openAtLogin })).toMatchObject({
        isOn: openAtLogin,
        action: { do: "openAtLogin", isOn: !openAtLogin },
      });
  });
});

describe("the title beside the icon", () => {
  const today = { costNano: 4_125_000_000, tokens: 1_234_567, unpriced: 0 };
  const budget = { name: "monthly", percent: 27.9, isStopped: false };
  it.each([
    ["none", ""],
    ["spend", "$4.13"],
    ["budget", "27 %"],
    ["tokens", "1.2M"],
  ] as const)("for %s is %j", (title, text) => {
    expect(deriveTrayState({ ...QUIET, title, today, budget }).title).toBe(text);
  });

  it("is empty where there is nothing to say", () => {
    expect(deriveTrayState({ ...QUIET, title: "budget" }).title).toBe("");
    for (const title of TRAY_TITLES) expect(deriveTrayState({ ...QUIET, title, url: null }).title).toBe("");
  });

  it.each([
    [0, "$0.00"],
    [4_999_999, "< $0.01"],
    [5_000_000, "$0.01"],
    [999_995_000_000, "$1000.00"],
  ])("of %d nano-dollars is %s", (costNano, text) => {
    expect(deriveTrayState({ ...QUIET, title: "spend", today: { ...today, costNano } }).title).toBe(text);
  });

  it.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1.0k"],
    [9_949, "9.9k"],
    [9_950, "10k"],
    [999_499, "999k"],
    [999_500, "1.0M"],
  ])("of %d tokens is %s", (tokens, text) => {
    expect(deriveTrayState({ ...QUIET, title: "tokens", today: { ...today, tokens } }).title).toBe(text);
  });

  it("calls a sum in which something has no price what it is: a lower bound", () => {
    expect(labelOf(find("today", { today: { ...today, unpriced: 3 } }))).toMatch(/^at least \$4\.13 today/);
  });
});
