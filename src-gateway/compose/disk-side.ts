/** A full disk in a running gateway: what is new is refused while it could not be written down, and goes on by itself. */
import { dirname } from "node:path";
import { diskFullError, type GatewayError } from "../ir/errors.ts";
import { watchDiskSpace } from "../store/disk-space.ts";
import type { ExchangeWriter } from "../store/exchange-writer.ts";
import { isPostgresUrl } from "../store/open-store.ts";
import type { Parts } from "./parts.ts";

export interface DiskSide {
  /** Null while there is room. */
  noRoom: () => GatewayError | null;
  /** What is short, as a sentence; null while there is room. */
  problem: () => string | null;
  stop(): void;
}

export function watchDisk({ settings, log }: Parts, writer: Pick<ExchangeWriter, "isDiskFull">): DiskSide {
  const files = [settings.ledgerUrl, settings.identityUrl].filter((url) => !isPostgresUrl(url));
  const space = watchDiskSpace({
    folders: [...new Set(files.map(dirname))],
    minFreeBytes: settings.disk.minFreeBytes,
    log,
  });
  const problem = (): string | null => {
    if (writer.isDiskFull()) return "The disk of the gateway's database is full.";
    const short = space.shortage();
    return short && `The disk of the gateway's database has only ${(short.freeBytes / 1e6).toFixed(1)} MB left.`;
  };
  return {
    problem,
    noRoom() {
      const what = problem();
      return what === null ? null : diskFullError(what);
    },
    stop: () => space.stop(),
  };
}
