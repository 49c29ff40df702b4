import type { Clock } from "../lib/clock.ts";
import type { AdmissionSettings } from "../settings/types.ts";
import { Gate } from "./gate.ts";
import { type Gates, pass, passAtOnce } from "./passage.ts";
import type {
  Admission,
  AdmissionRequest,
  AdmissionStatus,
  AdmissionTarget,
  ConcurrencyMaxima,
  Limit,
  Permit,
  Schedule,
} from "./types.ts";

export interface AdmissionOptions {
  clock: Clock;
  schedule: Schedule;
  settings: AdmissionSettings;
  /** Those left out are off. */
  maxima?: Partial<ConcurrencyMaxima>;
}

interface OwnerGates extends Gates {
  owner: string;
}

/** Everything is counted, also where a limit is off, so that one that is switched on while the gateway runs holds at once. */
export function createAdmission({ clock, schedule, settings, maxima = {} }: AdmissionOptions): Admission {
  const gateFor = (
    limit: Limit,
    maximum: () => number | null,
    more: { maxBytes?: number; onIdle?(): void } = {},
  ): Gate => new Gate({ limit, maximum, maxBytes: 0, settings, clock, schedule, ...more });

  const maxInFlight = settings.maxInFlight === 0 ? null : settings.maxInFlight;
  const whole = gateFor({ kind: "process" }, () => maxInFlight, { maxBytes: settings.maxInFlightBytes });
  const clientKeys = new Map<string, OwnerGates>();
  /** Nothing is under way there, but a client that asks one thing after the other comes back. Of all others none is kept. */
  let lastIdle: OwnerGates | null = null;
  const providers = new Map<string, { gate: Gate; targets: Map<string, Gates> }>();

  const keepIdle = (gates: OwnerGates): void => {
    if (gates === lastIdle) return;
    if (lastIdle?.narrow.isIdle) clientKeys.delete(lastIdle.owner);
    lastIdle = gates;
  };
  const gatesOfOwner = (owner: string): Gates => {
    const known = clientKeys.get(owner);
    if (known) return known;
    const onIdle = (): void => keepIdle(gates);
    const narrow = gateFor({ kind: "client-key", owner }, () => maxima.clientKey?.(owner) ?? null, { onIdle });
    const gates: OwnerGates = { owner, narrow, wide: whole };
    clientKeys.set(owner, gates);
    return gates;
  };
  // There are as many of these as the configuration names; they stay.
  const gatesOfTarget = ({ provider, key }: AdmissionTarget): Gates => {
    let known = providers.get(provider);
    if (!known) {
      const gate = gateFor({ kind: "provider", provider }, () => maxima.provider?.(provider) ?? null);
      providers.set(provider, (known = { gate, targets: new Map() }));
    }
    let gates = known.targets.get(key);
    if (!gates) {
      const limit: Limit = { kind: "provider-key", provider, key };
      gates = { narrow: gateFor(limit, () => maxima.providerKey?.(provider, key) ?? null), wide: known.gate };
      known.targets.set(key, gates);
    }
    return gates;
  };
  const allGates = (): Gate[] => [
    whole,
    ...[...clientKeys.values()].map(({ narrow }) => narrow),
    ...[...providers.values()].flatMap(({ gate, targets }) => [gate, ...[...targets.values()].map((t) => t.narrow)]),
  ];
  const enterGates = (gates: Gates, request: AdmissionRequest): Promise<Permit> =>
    pass(gates, request, Math.min(settings.queueTimeoutMs, request.maxWaitMs ?? Infinity), schedule);

  return {
    tryEnter(request) {
      const gates = gatesOfOwner(request.owner);
      const permit = passAtOnce(gates, request);
      if (permit === null) gates.narrow.dropIdle();
      return permit;
    },
    enter(request) {
      const gates = gatesOfOwner(request.owner);
      const permit = enterGates(gates, request);
      gates.narrow.dropIdle();
      return permit;
    },
    tryEnterTarget: (target, request) => passAtOnce(gatesOfTarget(target), request),
    enterTarget: (target, request) => enterGates(gatesOfTarget(target), request),
    refresh() {
      for (const gate of allGates()) gate.admit();
    },
    status: () => statusOf(whole, allGates()),
  };
}

function statusOf(whole: Gate, gates: Gate[]): AdmissionStatus {
  return {
    inFlight: whole.inFlight,
    bytes: whole.bytes,
    waiting: gates.reduce((sum, { waiting }) => sum + waiting, 0),
    limits: gates.map((gate) => gate.status()).filter(({ inFlight, waiting }) => inFlight > 0 || waiting > 0),
  };
}
