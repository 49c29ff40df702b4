/** A gateway as the file for another computer sees it: what of it is written down, and how one is taken in. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { TransferDesk } from "../admin-api/deps.ts";
import { writeAdoptedSecrets } from "../auth/adopted-secrets.ts";
import { mergePeople } from "../auth/merge-people.ts";
import { readPeople } from "../auth/read-people.ts";
import { GatewayError } from "../ir/errors.ts";
import { editDocument, valueOf } from "../revisions/edit-document.ts";
import { whileBusy } from "../store/while-busy.ts";
import { collectParts, type TransferSource } from "../transfer/collect.ts";
import { openPackage } from "../transfer/read-package.ts";
import { type TransferTarget, takeIn } from "../transfer/take-in.ts";
import type { TransferItem } from "../transfer/types.ts";
import { requireLong, writePackage } from "../transfer/write-package.ts";
import type { Parts } from "./parts.ts";

export function transferDesk(parts: Parts): TransferDesk {
  return {
    async export(passphrase) {
      if (passphrase !== null) requireLong(passphrase);
      const createdAt = new Date(parts.clock.nowUs() / 1_000).toISOString();
      const content = collectParts(sourceOf(parts), passphrase !== null);
      const pieces: Buffer[] = [];
      for await (const piece of writePackage(content, { passphrase, createdAt, gateway: __VERSION__ }))
        pieces.push(piece);
      const day = createdAt.slice(0, 10);
      return { fileName: `gateway-${day}.${passphrase === null ? "open" : "sealed"}`, bytes: Buffer.concat(pieces) };
    },
    async import({ bytes, passphrase, apply, author, mayApply }) {
      const file = await openPackage(Readable.from([bytes]), passphrase);
      const report = await takeIn(file, targetOf(parts, author, mayApply), apply);
      if (report.applied) {
        parts.secrets.invalidate();
        await parts.keyRing.reload();
      }
      return report;
    },
  };
}

function sourceOf(parts: Parts): TransferSource {
  const { configuration, config, identityStore, clock, settings } = parts;
  return {
    document: async () => ({ text: config.text(), hidden: (await configuration.desk.document()).text }),
    read: valueOf,
    edit: editDocument,
    folder: config.file === null ? settings.dataDir : dirname(config.file),
    fromEnvironment: () => config.live().config.providers.filter(({ where }) => where.startsWith("env ")),
    secrets: configuration.secretStore,
    resolve: (ref) => parts.secrets.resolve(ref),
    flags: configuration.flags,
    settings: settings.explained,
    people: (withKeys) => readPeople(identityStore.db, clock.nowUs(), withKeys),
    authSecrets: () => parts.hasher.secrets(),
  };
}

function targetOf(parts: Parts, author: string, mayApply: (before: string, after: string) => void): TransferTarget {
  const { configuration, settings } = parts;
  return {
    author,
    document: documentOf(parts, author, mayApply),
    secrets: configuration.secretStore,
    flags: configuration.flags,
    settings: settings.explained,
    hasSettingsFile: settings.explained.some(({ source }) => /:\d+$/.test(source)) || existsSync(iniOf(parts)),
    putSettings: (made) => putSettings(iniOf(parts), made),
    people: (people, { apply, keyProblem }) => changePeople(parts, people, { apply, keyProblem }),
    foreignKeys(secrets) {
      const isKnown = secrets.every((secret) => parts.hasher.secrets().includes(secret));
      if (isKnown || (settings.authSecret === null && parts.identityStore.dialect === "sqlite")) return null;
      return "gateways that share a database share auth_secret: set it to that of the other gateway, and take the file in again";
    },
    adopt: (secrets) => adopt(parts, secrets),
  };
}

function documentOf(
  { configuration }: Parts,
  author: string,
  mayApply: (before: string, after: string) => void,
): TransferTarget["document"] {
  const request = { base: null, author, message: "taken in from another gateway", overwrite: false, mayApply };
  return {
    async check(text) {
      const { changes, problems } = await configuration.desk.change({ ...request, change: { text }, checkOnly: true });
      const sentences = problems.map(
        ({ key, problem, hint }) => `${key}: ${problem}${hint === "" ? "" : ` (${hint})`}`,
      );
      return { changes, problems: sentences };
    },
    async put(text) {
      const before = (await configuration.desk.document()).revision;
      const { problems, applied } = await configuration.desk.change({ ...request, change: { text }, checkOnly: false });
      if (problems.length > 0) throw new GatewayError("conflict", "The configuration in the file cannot be used here.");
      return async () => {
        if (!applied) return;
        const change = before === null ? { text: "" } : { rollbackTo: before.id };
        await configuration.desk.change({ ...request, change, checkOnly: false });
      };
    },
  };
}

const iniOf = ({ settings }: Parts): string => join(settings.dataDir, "config", "setting.ini");

async function putSettings(
  path: string,
  settings: readonly { key: string; value: string }[],
): Promise<(() => Promise<void>) | null> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Quoted, because a sign such as # begins a comment.
  const lines = settings.map(({ key, value }) => `${key} = ${/[#;"]|^\s|\s$/.test(value) ? `"${value}"` : value}`);
  try {
    await writeFile(path, `# Taken in from another gateway.\n${lines.join("\n")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
    throw error;
  }
  return () => rm(path, { force: true });
}

class OnlyLooked extends Error {}

/** A dry run is the real one, rolled back: so it cannot say anything else. */
async function changePeople(
  { identityStore, clock }: Parts,
  people: Parameters<typeof mergePeople>[1],
  { apply, keyProblem }: { apply: boolean; keyProblem: string | null },
): Promise<TransferItem[]> {
  let items: TransferItem[] = [];
  try {
    await whileBusy(() =>
      identityStore.db.transaction().execute(async (transaction) => {
        items = await mergePeople(transaction, people, { nowUs: clock.nowUs(), keyProblem });
        if (!apply) throw new OnlyLooked();
      }),
    );
  } catch (error) {
    if (!(error instanceof OnlyLooked)) throw error;
  }
  return items;
}

async function adopt({ hasher, settings }: Parts, secrets: readonly string[]): Promise<() => Promise<void>> {
  const known = hasher.secrets();
  const fresh = secrets.filter((secret) => !known.includes(secret));
  if (fresh.length === 0) return async () => {};
  await writeAdoptedSecrets(settings.dataDir, [...known.slice(1), ...fresh]);
  for (const secret of fresh) hasher.adopt(secret);
  return async () => {
    for (const secret of fresh) hasher.forget(secret);
    await writeAdoptedSecrets(settings.dataDir, known.slice(1));
  };
}
