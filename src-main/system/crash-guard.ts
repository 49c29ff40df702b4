import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** For the gateway to write what it knows before the process ends. */
const PATIENCE_MS = 5_000;
const SECRET = /\b(?:sk|tok|pk|key|AIza|ghp|gho|xox[abp])[-_]?[A-Za-z0-9_-]{12,}|Bearer\s+\S+/g;

/**
 * An error that nobody expected: what was under way is in a state that nobody knows, so it is written down, the gateway is
 * given a moment to keep its records, and the app ends.
 */
export function guardCrashes(options: {
  events: Pick<NodeJS.EventEmitter, "on">;
  folder: string;
  stop: () => Promise<void>;
  exit: (code: number) => void;
  patienceMs?: number;
}): void {
  const { events, folder, stop, exit, patienceMs = PATIENCE_MS } = options;
  let isEnding = false;
  const end = (error: unknown): void => {
    note(folder, error);
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => exit(1), patienceMs);
    void leave();
  };
  const leave = async (): Promise<void> => {
    try {
      await stop();
    } catch (failure) {
      note(folder, failure);
    }
    exit(1);
  };
  events.on("uncaughtException", end);
  events.on("unhandledRejection", end);
}

function note(folder: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const line = `${new Date().toISOString()} ${__VERSION__} ${text.replace(SECRET, "[hidden]")}\n`;
    appendFileSync(join(folder, "crash.log"), line, { mode: 0o600 });
  } catch {
    // There is no other place to say it.
  }
}
