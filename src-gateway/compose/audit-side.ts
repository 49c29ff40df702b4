/** Acts that are older than the settings say are removed, now and twice a day. */
import { describeError } from "../store/database-errors.ts";
import type { Parts } from "./parts.ts";

const DAY_US = 86_400_000_000;
const LOOK_EVERY_MS = 12 * 3_600_000;

/** @returns what ends that. */
export function keepAudit({
  audit,
  settings,
  clock,
  log,
}: Pick<Parts, "audit" | "settings" | "clock" | "log">): () => void {
  const { retentionDays } = settings.audit;
  if (retentionDays === 0) return () => {};
  const look = async (): Promise<void> => {
    try {
      await audit.prune(clock.nowUs() - retentionDays * DAY_US);
    } catch (error) {
      log.warn(describeError(error), "old acts could not be removed from the audit log");
    }
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
