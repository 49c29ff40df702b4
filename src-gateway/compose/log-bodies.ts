/** How much of which exchange the request log keeps, and the way there. */
import type { ExchangeWorld, Inbound } from "../exchange/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { fitsAnyCase } from "../lib/patterns.ts";
import { createBodyLog } from "../request-log/body-log.ts";
import { listenTo } from "../request-log/listen.ts";
import type { LogLevel } from "../request-log/types.ts";
import type { Parts } from "./parts.ts";

export interface LoggedBodies {
  /** For the exchange's world. Without `listen` where no body is kept, whoever asks. */
  world: Pick<ExchangeWorld, "records" | "listen">;
  /** Bodies that the log could not take. */
  leftOut(): number;
  stop(): Promise<void>;
}

export function logBodies(parts: Parts, records: ExchangeWorld["records"]): LoggedBodies {
  const { requestLog: settings } = parts.settings;
  const isOff = settings.bodies === "off" || settings.bodiesFor.some(({ level }) => level === "off");
  const isFull = settings.bodies === "full" || settings.bodiesFor.some(({ level }) => level === "full");
  if (!isOff && !isFull) return { world: { records }, leftOut: () => 0, stop: async () => {} };
  const names = createKeyNames(parts);
  const levelOf = (record: ExchangeRecord): LogLevel => levelFor(parts, names.of(record.apiKeyId), record.modelAsked);
  const bodies = isFull
    ? createBodyLog({
        archive: parts.bodies,
        log: parts.log,
        clock: parts.clock,
        retention: { days: settings.retentionDays, bytes: settings.retentionBytes },
      })
    : null;
  return {
    world: {
      records: {
        open: (record) => records.open(levelOf(record) === "off" ? withoutDetails(record) : record),
        close(record, heard) {
          const level = levelOf(record);
          const counting = records.close(level === "off" ? withoutDetails(record) : record, heard);
          if (heard && level === "full") bodies?.take(record, heard);
          return counting;
        },
      },
      ...(isFull
        ? { listen: (inbound) => (names.mayBeKept(inbound) ? listenTo(inbound, settings.maxBodyBytes) : inbound) }
        : {}),
    },
    leftOut: () => bodies?.leftOut() ?? 0,
    async stop() {
      await bodies?.stop();
    },
  };
}

/** What the ledger does without, and could tell what a request was about. */
const withoutDetails = (record: ExchangeRecord): ExchangeRecord => ({
  ...record,
  plan: null,
  prefix: null,
  losses: [],
  errorMessage: null,
});

function levelFor({ settings }: Parts, keyName: string | null, model: string | null): LogLevel {
  const exception = settings.requestLog.bodiesFor.find(({ kind, pattern }) => {
    const name = kind === "key" ? keyName : model;
    return name !== null && fitsAnyCase(pattern, name);
  });
  return exception?.level ?? settings.requestLog.bodies;
}

/** Names of the keys that have asked, learned from the key ring as they come. */
function createKeyNames(parts: Parts) {
  const { keyRing, settings } = parts;
  const names = new Map<number, string>();
  const hasKeys = settings.requestLog.bodiesFor.some(({ kind }) => kind === "key");
  const hasModels = settings.requestLog.bodiesFor.some(({ kind }) => kind === "model");
  const learn = (token: string | null): string | null => {
    if (token === null || settings.authDisabled) return null;
    try {
      const { apiKeyId, keyName } = keyRing.authenticate(token);
      if (apiKeyId !== null && keyName !== null) names.set(apiKeyId, keyName);
      return keyName;
    } catch {
      // The exchange finds that out for itself, and says so.
      return null;
    }
  };
  return {
    of: (apiKeyId: number | null): string | null => (apiKeyId === null ? null : (names.get(apiKeyId) ?? null)),
    /** Before the body is read only the key is known; a model's exception is looked at again at the end. */
    mayBeKept({ token }: Inbound): boolean {
      const name = hasKeys ? learn(token) : null;
      return hasModels || levelFor(parts, name, null) === "full";
    },
  };
}
