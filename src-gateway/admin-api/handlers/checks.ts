/** What the gateway can find out about itself, for `gateway doctor` and the console. */
import { toGatewayError } from "../../ir/errors.ts";
import type { CheckView } from "../contract/schemas.ts";
import type { AdminDeps } from "../deps.ts";

/** Reading users or the newest exchange takes far less, unless the database is in trouble. */
const SLOW_DATABASE_US = 1_000_000;
const LONG_LAG_MS = 5_000;
const MAX_CLOCK_STEP_US = 60_000_000;
/** This program was written later than that. */
const EARLIEST_US = Date.UTC(2026, 0, 1) * 1000;

export async function runChecks(deps: AdminDeps): Promise<CheckView[]> {
  return [
    await checkDatabase(deps),
    await checkKeys(deps),
    checkLedger(deps),
    ...checkAnalytics(deps),
    checkConfig(deps),
    await checkClock(deps),
  ];
}

const ok = (name: string, message: string): CheckView => ({ name, state: "ok", message, hint: null });

async function checkDatabase(deps: AdminDeps): Promise<CheckView> {
  const name = "database";
  const { database } = deps.status();
  const startUs = deps.clock.monotonicUs();
  try {
    const users = await deps.users.list();
    const tookUs = deps.clock.monotonicUs() - startUs;
    if (tookUs < SLOW_DATABASE_US) return ok(name, `${database} answers, ${users.length} users`);
    const message = `${database} took ${Math.round(tookUs / 1000)} ms for a small question`;
    return { name, state: "warn", message, hint: "Look at the load of the disk or of the database server." };
  } catch (error) {
    deps.log.error({ err: error }, "the database could not be read");
    const hint = "Look into the gateway's log for the reason; records wait until it answers again.";
    return { name, state: "fail", message: `${database} does not answer`, hint };
  }
}

const MADE_UP = "tok_made-up-by-gateway-doctor";

async function checkKeys(deps: AdminDeps): Promise<CheckView> {
  const name = "keys";
  try {
    await deps.keyRing.reload();
  } catch (error) {
    deps.log.error({ err: error }, "keys could not be read");
    const hint = "Keys known before go on working; new ones are not seen until the database answers.";
    return { name, state: "fail", message: "keys cannot be read", hint };
  }
  if (deps.authDisabled) {
    const hint = "Remove auth_disabled from the settings.";
    return { name, state: "warn", message: "authentication is off: whoever reaches the gateway can use it", hint };
  }
  try {
    await deps.keyRing.recall(MADE_UP);
    deps.keyRing.authenticate(MADE_UP);
    return {
      name,
      state: "fail",
      message: "a key that was never made is accepted",
      hint: "Stop the gateway and report this.",
    };
  } catch (error) {
    const { code } = toGatewayError(error);
    if (code === "invalid_api_key") return ok(name, "known keys are read, and a made-up one is refused");
    return {
      name,
      state: "fail",
      message: `the key ring fails (${code})`,
      hint: "Look into the gateway's log for the reason.",
    };
  }
}

function checkLedger(deps: AdminDeps): CheckView {
  const { recordsWaiting, ledgerLagMs } = deps.status();
  if (ledgerLagMs < LONG_LAG_MS) return ok("ledger", `${recordsWaiting} records wait to be written`);
  const message = `the oldest of ${recordsWaiting} waiting records has waited ${Math.round(ledgerLagMs / 1000)} s`;
  return {
    name: "ledger",
    state: "warn",
    message,
    hint: "The database does not take records. Nothing is lost; see the log for why.",
  };
}

function checkAnalytics(deps: AdminDeps): CheckView[] {
  const name = "analytics";
  const state = deps.analytics();
  if (state === null) return [];
  const { is, behind, standingSinceUs, problem } = state;
  if (is === "other") return [ok(name, "another gateway on this ledger feeds the table")];
  if (is !== "standing" || standingSinceUs === null)
    return [ok(name, `${behind} entries of the ledger wait to be sent`)];
  const seconds = Math.round((deps.clock.nowUs() - standingSinceUs) / 1_000_000);
  const message = `the table has not been fed for ${seconds} s, and ${behind} entries of the ledger wait: ${problem}`;
  const hint = "Look at ClickHouse and clickhouse_url. Nothing is lost: the ledger keeps what the table lacks.";
  return [{ name, state: "warn", message, hint }];
}

function checkConfig(deps: AdminDeps): CheckView {
  const { file, problem, version, routes, aliases } = deps.config();
  const name = "configuration";
  if (problem !== null) {
    const hint = "The last good configuration runs. Correct the file; `gateway config validate` shows what is left.";
    return { name, state: "fail", message: problem, hint };
  }
  const counts = `${deps.providers().length} providers, ${routes.length} routes, ${Object.keys(aliases).length} aliases`;
  return ok(name, `version ${version}: ${counts}${file === null ? ", no file" : ` from ${file}`}`);
}

/** Ids are times: with a clock that was set back, new requests would stand before old ones. */
async function checkClock(deps: AdminDeps): Promise<CheckView> {
  const name = "clock";
  const hint = "Set the computer's clock, for example by NTP; records are ordered by it.";
  const nowUs = deps.clock.nowUs();
  const shown = new Date(nowUs / 1000).toISOString();
  if (nowUs < EARLIEST_US) return { name, state: "fail", message: `${shown} is in the past`, hint };
  const newest = await deps.requestLog.list({ limit: 1 }).catch(() => []);
  if ((newest[0]?.id ?? 0) > nowUs + MAX_CLOCK_STEP_US) {
    return { name, state: "warn", message: `${shown} is before the newest recorded request`, hint };
  }
  return ok(name, shown);
}
