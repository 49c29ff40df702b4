import fc from "fast-check";
import { TRAY_TITLES, type TraySnapshot } from "../../../src-main/tray/types.ts";

/** A gateway that runs and has nothing to do. */
export const QUIET: TraySnapshot = {
  url: "http://127.0.0.1:8081",
  startProblem: null,
  paused: false,
  openExchanges: 0,
  providers: [{ id: "openai", isDown: false }],
  providerInUse: null,
  lockedKeys: [],
  failover: null,
  today: { costNano: 0, tokens: 0, unpriced: 0 },
  budget: null,
  update: null,
  title: "none",
  openAtLogin: false,
};

const name = fc.string({ unit: "binary", minLength: 1, maxLength: 300 }).map((text) => `a${text}`);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });

const anything: fc.Arbitrary<TraySnapshot> = fc.record({
  url: maybe(fc.constantFrom("http://127.0.0.1:8081", "https://[::1]:9000")),
  startProblem: maybe(name),
  paused: fc.boolean(),
  openExchanges: fc.nat(),
  providers: fc.uniqueArray(fc.record({ id: name, isDown: fc.boolean() }), { selector: ({ id }) => id }),
  providerInUse: fc.constant(null),
  lockedKeys: fc.array(name),
  failover: maybe(fc.record({ from: name, to: name })),
  today: fc.record({ costNano: fc.maxSafeNat(), tokens: fc.maxSafeNat(), unpriced: fc.nat() }),
  budget: maybe(fc.record({ name, percent: fc.double({ min: 0, max: 1e6, noNaN: true }), isStopped: fc.boolean() })),
  update: maybe(fc.record({ version: name, isStaged: fc.boolean() })),
  title: fc.constantFrom(...TRAY_TITLES),
  openAtLogin: fc.boolean(),
});

/** Whatever is in use is one of the providers, or none of them. */
export const arbitrarySnapshot: fc.Arbitrary<TraySnapshot> = fc
  .tuple(anything, fc.nat())
  .map(([snapshot, at]) => ({ ...snapshot, providerInUse: snapshot.providers[at]?.id ?? null }));
