/** The key that statements are signed with: made once, and readable by nobody else on the machine. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import type { SignedStatement, Statement } from "./statement-types.ts";

export interface StatementKey {
  /** DER, base64. */
  publicKey: string;
  sign(statement: Statement): SignedStatement;
}

/**
 * @param file PEM, made when `mayMake` is set and it is not there. Of two that make it at once, both use the first one's.
 * @throws Error with a sentence for the operator when it cannot be read or is no Ed25519 key.
 */
export async function loadStatementKey(file: string, mayMake: boolean): Promise<StatementKey> {
  let pem = await readKey(file);
  if (pem === null) {
    if (!mayMake) throw new Error(`The key for statements, ${file}, is not there.`);
    await makeKey(file);
    pem = await readKey(file);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem ?? "");
  } catch (cause) {
    throw new Error(`${file} holds no private key in PEM.`, { cause });
  }
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${file} holds no Ed25519 key.`);
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" }).toString("base64");
  return {
    publicKey,
    sign(statement) {
      const value = sign(null, Buffer.from(JSON.stringify(statement)), key).toString("base64");
      return { ...statement, signature: { algorithm: "ed25519", publicKey, value } };
    },
  };
}

/** Eight groups of four hex digits, to be compared by eye. */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash("sha256").update(Buffer.from(publicKey, "base64")).digest("hex").slice(0, 32);
  return digest.match(/.{4}/g)?.join(" ") ?? digest;
}

/** Whether it is what the holder of the key in it signed. Who that is, is another question. */
export function isSignatureGood({ signature, ...statement }: SignedStatement): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(signature.publicKey, "base64"), format: "der", type: "spki" });
    if (key.asymmetricKeyType !== "ed25519" || signature.algorithm !== "ed25519") return false;
    return verify(null, Buffer.from(JSON.stringify(statement)), key, Buffer.from(signature.value, "base64"));
  } catch {
    return false;
  }
}

async function readKey(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function makeKey(file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  try {
    // Whole or not at all, and never in place of one that is there.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
}
