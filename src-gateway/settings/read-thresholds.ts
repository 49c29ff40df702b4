/** `at:` of a budget: what is done when so much of it is used. */
import type { Node } from "yaml";
import { type QuotaKind, THRESHOLD_ACTIONS, type Threshold } from "./budget-types.ts";
import { choice, type Entry, refuseMissing } from "./read-limit-parts.ts";
import { parseSpan } from "./read-window.ts";
import { quote } from "./secret-text.ts";

const MAX_PERCENT = 1_000;
const MAX_WAIT_SEC = 3_600;
const STANDARD_WAIT_MS = 300_000;

const STANDARD: Readonly<Record<QuotaKind, readonly Threshold[]>> = {
  hard: [],
  soft: [{ percent: 100, action: "warn" }],
  reserved: [],
  burstable: [{ percent: 100, action: "warn" }],
  pool: [80, 95, 100].map((percent) => ({ percent, action: "notify" as const })),
};

/** Those that are said, or those of the kind; all but `soft` stop at the limit unless something else is said of it. */
export function readThresholds(entry: Entry, kind: QuotaKind): Threshold[] {
  const { reader, members, key } = entry;
  const said = reader
    .items(members.get("at"), `${key}.at`)
    .flatMap((node, index) => readThreshold(entry, node, `${key}.at[${index}]`, kind) ?? []);
  const all = members.has("at") ? said : [...STANDARD[kind]];
  const isStopped = all.some(
    ({ percent, action }) => percent >= 100 && (action === "block" || action === "ask" || action === "downgrade"),
  );
  if (kind !== "soft" && !isStopped) all.push({ percent: 100, action: "block" });
  return all.sort((a, b) => a.percent - b.percent);
}

function readThreshold({ reader }: Entry, node: Node, key: string, kind: QuotaKind): Threshold | null {
  const members = reader.members(node, key, ["percent", "do", "to", "wait"]);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "percent", "of the limit, such as 80");
  refuseMissing(entry, "do", `one of ${THRESHOLD_ACTIONS.join(", ")}`);
  const percent = reader.number(members.get("percent"), `${key}.percent`, 0, MAX_PERCENT);
  const action = choice(entry, "do", THRESHOLD_ACTIONS);
  const to = reader.text(members.get("to"), `${key}.to`);
  const waitMs = readWait(entry);
  if (action === null || percent === null) return null;
  if (kind === "soft" && (action === "block" || action === "ask"))
    reader.refuse(members.get("do"), `${key}.do`, `${action} means nothing to soft, which never stops`, "kind: hard");
  if (action === "downgrade") refuseMissing(entry, "to", "the model that is asked for instead");
  else if (members.has("to"))
    reader.refuse(members.get("to"), `${key}.to`, `means nothing to ${action}`, "it belongs to do: downgrade");
  if (action !== "ask" && members.has("wait"))
    reader.refuse(members.get("wait"), `${key}.wait`, `means nothing to ${action}`, "it belongs to do: ask");
  return {
    percent,
    action,
    ...(to === null ? {} : { to }),
    ...(action === "ask" ? { waitMs: waitMs ?? STANDARD_WAIT_MS } : {}),
  };
}

function readWait({ reader, members, key }: Entry): number | null {
  const node = members.get("wait");
  const text = reader.text(node, `${key}.wait`);
  if (text === null) return null;
  const seconds = parseSpan(text);
  if (seconds !== null && seconds > 0 && seconds <= MAX_WAIT_SEC) return seconds * 1000;
  reader.refuse(node, `${key}.wait`, `${quote(text)} is no time to wait`, "1s to 1h, such as 10m");
  return null;
}
