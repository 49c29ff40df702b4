/** The databases in the file for another computer: streamed in and out, for the command line, while no gateway has to run. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdtemp, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeAdoptedSecrets } from "../auth/adopted-secrets.ts";
import type { StorageTools } from "../cli/storage-tools.ts";
import type { Settings } from "../settings/types.ts";
import { restoreBackup } from "../store/copy/restore-backup.ts";
import { writeBackup } from "../store/copy/write-backup.ts";
import { isPostgresUrl } from "../store/open-store.ts";
import { openPackage } from "../transfer/read-package.ts";
import type { LedgerPart, TransferPart } from "../transfer/types.ts";
import { FIRST_LINE, writePackage } from "../transfer/write-package.ts";
import { refuseLiving } from "./refuse-living.ts";

export const transferStorage: Pick<StorageTools, "isSealedExport" | "openExport" | "sealLedger" | "takeLedger"> = {
  async isSealedExport(file) {
    const handle = await open(file, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
      const [first, head = ""] = buffer.toString("utf8", 0, bytesRead).split("\n");
      return first !== FIRST_LINE || !head.includes('"key":null');
    } finally {
      await handle.close();
    }
  },
  async openExport(file, passphrase) {
    const { about, parts } = await openPackage(createReadStream(file), passphrase);
    let ledgerBytes = 0;
    const small = async function* (): AsyncGenerator<TransferPart> {
      for await (const part of parts()) {
        if (part.part === "ledger") ledgerBytes = part.bytes;
        else yield part;
      }
    };
    const pieces: Buffer[] = [];
    for await (const piece of writePackage(small(), { ...about, passphrase: about.isSealed ? passphrase : null }))
      pieces.push(piece);
    return { content: Buffer.concat(pieces), ledgerBytes };
  },
  async sealLedger({ ledgerUrl, identityUrl }, { file, content, passphrase, withBodies, onProgress }) {
    const { about, parts } = await openPackage(Readable.from([content]), passphrase);
    // Beside the target, where the room is that it needs; only its owner may look into it.
    const folder = await mkdtemp(join(dirname(file), ".gateway-export-"));
    try {
      const backup = join(folder, "backup");
      await writeBackup({ file: backup, ledgerUrl, identityUrl, withBodies, version: __VERSION__, onProgress });
      const { size } = await stat(backup);
      const all = async function* (): AsyncGenerator<TransferPart | LedgerPart> {
        yield* parts();
        yield { part: "ledger", bytes: size, content: createReadStream(backup, { highWaterMark: 1024 * 1024 }) };
      };
      const draft = join(folder, "export");
      await pipeline(
        Readable.from(writePackage(all(), { ...about, passphrase }), { objectMode: true, highWaterMark: 1 }),
        createWriteStream(draft, { mode: 0o600, flush: true }),
      );
      await rename(draft, file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  takeLedger,
};

async function takeLedger(
  settings: Settings,
  { file, passphrase, force, onProgress }: Parameters<StorageTools["takeLedger"]>[1],
): ReturnType<StorageTools["takeLedger"]> {
  const { ledgerUrl, identityUrl, dataDir } = settings;
  const { parts } = await openPackage(createReadStream(file), passphrase);
  const folder = await mkdtemp(join(dataDir, ".gateway-import-"));
  try {
    const backup = join(folder, "backup");
    const secrets: string[] = [];
    // To its end before anything is changed: a file that is not whole changes nothing.
    for await (const part of parts()) {
      if (part.part === "auth-secret") secrets.push(part.value);
      if (part.part === "ledger") await pipeline(part.content, createWriteStream(backup, { mode: 0o600, flush: true }));
    }
    const [own, ...adopted] = secrets;
    if (own === undefined || (settings.authSecret !== null && settings.authSecret !== own))
      throw new Error("The client keys in this ledger were made with another auth_secret. Set it to that one first.");
    for (const url of new Set([ledgerUrl, identityUrl])) await refuseLiving(url);
    const { setAside } = await restoreBackup({ file: backup, ledgerUrl, identityUrl, force, onProgress });
    const back = await putAuthSecret(settings, own, adopted);
    return {
      setAside,
      async undo() {
        await back();
        // A journal of the new file would be played into the old one.
        if (setAside.length > 0)
          for (const url of new Set([ledgerUrl, identityUrl]))
            if (!isPostgresUrl(url)) for (const end of ["", "-wal", "-shm"]) await rm(url + end, { force: true });
        for (const aside of setAside) await rename(aside, aside.replace(/\.before-[^./-]+/, ""));
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What keyed the hashes in the databases. @returns what takes it back. */
async function putAuthSecret(
  { authSecret, dataDir }: Settings,
  own: string,
  adopted: readonly string[],
): Promise<() => Promise<void>> {
  if (authSecret !== null) return async () => {};
  const path = join(dataDir, "auth_secret");
  const before = existsSync(path) ? await readFile(path, "utf8") : null;
  const write = async (text: string): Promise<void> => {
    const draft = `${path}.new`;
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, path);
  };
  await write(`${own}\n`);
  await writeAdoptedSecrets(dataDir, adopted);
  return async () => {
    if (before === null) await rm(path, { force: true });
    else await write(before);
  };
}
