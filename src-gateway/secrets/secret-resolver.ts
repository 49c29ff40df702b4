/**
 * Where providers' keys come from: the environment, a mounted file, the keychain of the operating system, the gateway's own
 * store. Values live in memory only, and an error names the place of a key, never the key.
 */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { GatewayError } from "../ir/errors.ts";
import { holdsControlCharacters } from "../lib/control-characters.ts";
import type { CredentialRef } from "../settings/types.ts";
import { readKeychain } from "./keychain.ts";
import type { SecretStore } from "./types.ts";

export interface SecretResolver {
  /** @throws GatewayError credential_missing */
  resolve(ref: CredentialRef): Promise<string>;
  /** What `resolve` gave last, without waiting; undefined when it has to be asked. */
  peek(ref: CredentialRef): string | undefined;
  /** Forgets everything; the next use reads again. */
  invalidate(): void;
}

/** How often a file is looked at for a new key. */
const FILE_CHECK_MS = 1_000;

interface Known {
  value: string;
  /** Files only: when the file was changed, and when that was looked up. */
  changedMs?: number;
  checkedMs?: number;
}

export function createSecretResolver(options: {
  env: Readonly<Record<string, string | undefined>>;
  /** Told every value, so that the log can keep it out. */
  onSecret?(value: string): void;
  /** Of our own; without it there are none. */
  store?: Pick<SecretStore, "read">;
}): SecretResolver {
  const known = new Map<string, Known>();

  const remember = (ref: CredentialRef, found: Known): string => {
    const value = found.value.trim();
    if (value === "") throw missing(ref, "is empty");
    if (holdsControlCharacters(value)) throw missing(ref, "holds line breaks or control characters, which no key has");
    known.set(keyOf(ref), { ...found, value });
    options.onSecret?.(value);
    return value;
  };

  const fromFile = async (ref: CredentialRef & { source: "file" }): Promise<string> => {
    const path = ref.path.startsWith("~/") ? `${homedir()}${ref.path.slice(1)}` : ref.path;
    const before = known.get(keyOf(ref));
    try {
      const changedMs = (await stat(path)).mtimeMs;
      if (before?.changedMs === changedMs) {
        before.checkedMs = performance.now();
        return before.value;
      }
      return remember(ref, { value: await readFile(path, "utf8"), changedMs, checkedMs: performance.now() });
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw missing(ref, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  };

  const peek = (ref: CredentialRef): string | undefined => {
    const found = known.get(keyOf(ref));
    if (found?.checkedMs !== undefined && performance.now() - found.checkedMs > FILE_CHECK_MS) return undefined;
    return found?.value;
  };

  return {
    peek,
    invalidate: () => known.clear(),
    async resolve(ref) {
      const value = peek(ref);
      if (value !== undefined) return value;
      switch (ref.source) {
        case "env": {
          const found = options.env[ref.name];
          if (found === undefined || found.trim() === "") throw missing(ref, "is not set");
          return remember(ref, { value: found });
        }
        case "file":
          return fromFile(ref);
        case "keychain": {
          const found = await readKeychain(ref.name);
          if (found.value === null) throw missing(ref, found.problem);
          return remember(ref, { value: found.value });
        }
        case "secret": {
          const found = await options.store?.read(ref.name);
          if (found === undefined || found === null) throw missing(ref, "is not in the secret store");
          return remember(ref, { value: found });
        }
      }
    },
  };
}

const keys = new WeakMap<CredentialRef, string>();

/** The one string, which is not put together anew to look it up. */
function keyOf(ref: CredentialRef): string {
  let key = keys.get(ref);
  if (key === undefined) {
    key = `${ref.source}:${ref.source === "file" ? ref.path : ref.name}`;
    keys.set(ref, key);
  }
  return key;
}

function missing(ref: CredentialRef, problem: string): GatewayError {
  return new GatewayError(
    "credential_missing",
    `The provider's key cannot be used: ${keyOf(ref)} ${problem}. The operator of the gateway has to provide it.`,
  );
}
