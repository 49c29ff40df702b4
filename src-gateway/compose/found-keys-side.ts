/** Providers' keys in variables and files of this computer: found, shown without their values, and kept in the secret store. */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { FoundKeysDesk } from "../admin-api/deps.ts";
import { GatewayError } from "../ir/errors.ts";
import { CATALOGUE } from "../providers/catalogue.ts";
import { valueOf } from "../revisions/edit-document.ts";
import { FILES_WITH_KEYS, keysInFile } from "../transfer/found-keys.ts";
import { type KeyPlace, keyPlaces, moveOperations, secretNameFor } from "../transfer/provider-keys.ts";
import { openOriginalKeys } from "./original-keys-side.ts";
import type { Parts } from "./parts.ts";

interface Candidate {
  id: string;
  from: "environment" | "file";
  where: string;
  inUse: boolean;
  place: KeyPlace;
  read: () => Promise<string>;
}

const MAX_FILE_BYTES = 1024 * 1024;

export function foundKeysDesk(parts: Parts, env: NodeJS.ProcessEnv): FoundKeysDesk {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? homedir();
  const candidates = async (withFiles: boolean): Promise<Candidate[]> => {
    const used = usedKeys(parts);
    const configured = new Set(parts.config.live().instances.keys());
    return withFiles ? [...used, ...(await keysInFiles(home, configured))] : used;
  };
  return {
    async find(withFiles) {
      const found = await candidates(withFiles);
      return found.map(({ id, from, where, inUse, place }) => ({ id, provider: place.provider, from, where, inUse }));
    },
    async move({ ids, withFiles, author, mayApply }) {
      const found = await candidates(withFiles);
      const picked = ids.map((id) => {
        const one = found.find((each) => each.id === id);
        if (one) return one;
        throw new GatewayError("not_found", `There is no key ${id.slice(0, 100)} to be moved. Look again.`);
      });
      return moveAll(parts, picked, { author, mayApply });
    },
    originals: () => openOriginalKeys(parts, env, home),
  };
}

function usedKeys(parts: Parts): Candidate[] {
  const { config, settings, secrets } = parts;
  const text = config.text();
  const folder = config.file === null ? settings.dataDir : dirname(config.file);
  const fromEnvironment = config.live().config.providers.filter(({ where }) => where.startsWith("env "));
  return keyPlaces(text === null ? null : valueOf(text), folder, fromEnvironment).flatMap((place): Candidate[] => {
    const { ref } = place;
    if (ref.source !== "env" && ref.source !== "file") return [];
    const where = ref.source === "env" ? ref.name : ref.path;
    const id = [place.provider, place.keyId ?? "", where].join("|");
    const from = ref.source === "env" ? "environment" : "file";
    return [{ id, from, where, inUse: true, place, read: () => secrets.resolve(ref) }];
  });
}

async function keysInFiles(home: string, configured: ReadonlySet<string>): Promise<Candidate[]> {
  const variables = new Map(
    [...CATALOGUE.values()].flatMap((row) => row.credentialEnv.map((name) => [name, row.id] as const)),
  );
  const found: Candidate[] = [];
  for (const name of FILES_WITH_KEYS) {
    const text = await readSmall(join(home, name));
    if (text === null) continue;
    for (const { provider, variable, line, value } of keysInFile(text, variables)) {
      if (configured.has(provider) || found.some(({ place }) => place.provider === provider)) continue;
      const place: KeyPlace = {
        provider,
        keyId: null,
        ref: { source: "env", name: variable },
        path: null,
        entry: { id: provider },
      };
      const where = `~/${name}:${line}`;
      found.push({ id: `${provider}||${where}`, from: "file", where, inUse: false, place, read: async () => value });
    }
  }
  return found;
}

async function readSmall(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= MAX_FILE_BYTES ? await readFile(path, "utf8") : null;
  } catch {
    return null;
  }
}

/** Into the store first, then the configuration names it there; what was stored goes again when that cannot be. */
async function moveAll(
  { configuration, config, secrets }: Parts,
  picked: readonly Candidate[],
  { author, mayApply }: { author: string; mayApply: (before: string, after: string) => void },
): Promise<{ provider: string; reference: string; place: string }[]> {
  const { secretStore, desk } = configuration;
  const taken = new Set((await secretStore.list()).map(({ name }) => name));
  const moved: (KeyPlace & { secret: string; kept: string })[] = [];
  try {
    for (const { place, read } of picked) {
      const secret = secretNameFor(place, taken);
      taken.add(secret);
      const stored = await secretStore.put(secret, await read());
      moved.push({ ...place, secret, kept: stored.place });
    }
    const text = config.text();
    const operations = moveOperations(moved, text === null ? null : valueOf(text));
    const { problems } = await desk.change({
      change: { operations },
      base: null,
      author,
      message: "keys moved into the secret store",
      checkOnly: false,
      overwrite: false,
      mayApply,
    });
    if (problems.length > 0) throw new GatewayError("conflict", problems.map(({ problem }) => problem).join("; "));
  } catch (error) {
    for (const { secret } of moved) await secretStore.remove(secret).catch(() => {});
    throw error;
  }
  secrets.invalidate();
  return moved.map(({ provider, secret, kept }) => ({ provider, reference: `secret:${secret}`, place: kept }));
}
