import { count } from "./format.ts";
import type { StorageProgress } from "./storage-tools.ts";
import type { CliWorld } from "./world.ts";

const BAR = 24;
const LINE_EVERY_MS = 5_000;
const DRAW_EVERY_MS = 100;
const WORDS: Readonly<Record<StorageProgress["phase"], string>> = { copy: "copying ", check: "checking" };

export interface ProgressLines {
  show: (progress: StorageProgress) => void;
  /** Takes the bar away. */
  end: () => void;
}

/** A bar on a terminal, and a line now and then where the output goes elsewhere. Beside the result, as notes are. */
export function showProgress({ stderr }: Pick<CliWorld, "stderr">, nowMs: () => number): ProgressLines {
  const startedMs = nowMs();
  const isBar = stderr.isTTY === true;
  let phaseStartedMs = startedMs;
  let lastMs = startedMs;
  let last: StorageProgress["phase"] | null = null;
  return {
    show(progress) {
      const now = nowMs();
      if (progress.phase !== last) phaseStartedMs = now;
      // A bar can be drawn at once; a line only where it takes long.
      const isDue = now - lastMs >= (isBar ? DRAW_EVERY_MS : LINE_EVERY_MS);
      last = progress.phase;
      if (!isDue) return;
      lastMs = now;
      const text = lineOf(progress, now - phaseStartedMs, isBar);
      stderr.write(isBar ? `\r${text}\u001b[K` : `${text}\n`);
    },
    end() {
      if (isBar && last !== null) stderr.write("\r\u001b[K");
    },
  };
}

function lineOf({ phase, table, rows, totalRows }: StorageProgress, elapsedMs: number, isBar: boolean): string {
  const share = totalRows === 0 ? 1 : Math.min(1, rows / totalRows);
  const filled = Math.round(share * BAR);
  const bar = isBar ? `[${"#".repeat(filled)}${" ".repeat(BAR - filled)}] ` : "";
  const speed = elapsedMs > 0 ? `, ${count(Math.round((rows * 1000) / elapsedMs))} rows/s` : "";
  return `${WORDS[phase]} ${bar}${Math.floor(share * 100)} %  ${count(rows)} of ${count(totalRows)} rows${speed}  ${table}`;
}
