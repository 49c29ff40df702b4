/** The keys that seal: the operator's, or one that is made when the first secret is kept. */
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { GatewayError } from "../ir/errors.ts";
import { readSealKey, type SealKey } from "../settings/seal-key.ts";
import { readKeychain } from "./keychain.ts";

/** @throws GatewayError credential_missing when the operator's key is not where the settings say. */
export async function loadSealKeys(options: {
  key: SealKey | null;
  previousKey: SealKey | null;
  /** Where our own key is, or is made; null where gateways share what is sealed, and so have to share the key. */
  keyFile: string | null;
}): Promise<[Buffer, ...Buffer[]]> {
  const { key, previousKey, keyFile } = options;
  const previous = previousKey === null ? [] : [await bytesOf(previousKey)];
  if (key !== null) return [await bytesOf(key), ...previous];
  if (keyFile === null)
    throw missing("Secrets in the database need a key that all gateways share. Set TOKLIGENCE_SECRET_KEY on each.");
  return [await ownKey(keyFile), ...previous];
}

async function bytesOf(key: SealKey): Promise<Buffer> {
  if ("bytes" in key) return key.bytes;
  const found = await readKeychain(key.keychain);
  if (found.value === null) throw missing(`The key that seals secrets, keychain:${key.keychain}, ${found.problem}.`);
  const bytes = readSealKey(found.value);
  if (bytes === null) throw missing(`keychain:${key.keychain} holds no key of 32 bytes in base64.`);
  return bytes;
}

async function ownKey(path: string): Promise<Buffer> {
  const found = (await read(path)) ?? (await createOnce(path));
  const bytes = readSealKey(found);
  if (bytes === null)
    throw missing(`${path} holds no whole key. Restore it from a backup: without it no sealed secret can be opened.`);
  return bytes;
}

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function createOnce(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString("base64")}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      // Whoever comes second takes the key of the first.
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await read(path)) ?? "";
}

const missing = (sentence: string): GatewayError => new GatewayError("credential_missing", sentence);
