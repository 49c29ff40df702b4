import { join } from "node:path";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { ConfigurationSettings } from "../settings/configuration-settings.ts";
import { isSecretName } from "../settings/credential-ref.ts";
import type { Store } from "../store/open-store.ts";
import { keychainProblem, readKeychain, removeFromKeychain, writeKeychain } from "./keychain.ts";
import { loadSealKeys } from "./seal-keys.ts";
import { createSealedFile } from "./sealed-file.ts";
import { createSealedTable } from "./sealed-table.ts";
import { createSealer, type Sealer } from "./sealer.ts";
import type { SealedRow, SealedRows, SecretStore, StoredSecret } from "./types.ts";
import { watchState } from "./watch-state.ts";

/** Stands in place of a sealed value that is in the keychain, which cannot list its own. */
const IN_KEYCHAIN = "keychain";
const MAX_LENGTH = 20_000;

/** Nothing is opened, asked or made before the first secret is needed. */
export function createSecretStore(options: {
  settings: ConfigurationSettings;
  dataDir: string;
  store: Pick<Store, "db">;
  clock: Clock;
}): SecretStore {
  const { settings, dataDir, clock } = options;
  const { source, secrets } = settings;
  const isShared = secrets.store === "database" || (secrets.store === "auto" && source === "database");
  const rows = isShared ? createSealedTable(options.store) : createSealedFile(join(dataDir, "secrets.json"));
  const keyFile = isShared ? null : join(dataDir, "secret_key");
  let keys: Promise<Sealer> | null = null;
  const sealer = (): Promise<Sealer> => {
    keys ??= loadSealKeys({ ...secrets, keyFile }).then(createSealer);
    // A key that comes later must be found.
    keys.catch(() => (keys = null));
    return keys;
  };
  const watch = watchState(!isShared && secrets.store === "keychain" ? "keychain" : rows.place);
  let keychain: Promise<string | null> | null = null;
  const takesKeychain = async (): Promise<boolean> => {
    if (isShared || secrets.store === "file") return false;
    const problem = await (keychain ??= keychainProblem());
    if (problem === null) return true;
    keychain = null;
    if (secrets.store === "auto") return false;
    throw new GatewayError(
      "conflict",
      `The secret cannot be kept: ${problem}. Set secret_store to file, or unlock it.`,
    );
  };
  const stored = ({ name, sealed, updatedAtUs }: SealedRow): StoredSecret => ({
    name,
    place: sealed === IN_KEYCHAIN ? "keychain" : rows.place,
    updatedAtUs,
  });
  return {
    list: async () => (await rows.all()).map(stored).sort((a, b) => a.name.localeCompare(b.name)),
    async put(name, value) {
      checkName(name);
      checkValue(value);
      let sealed = IN_KEYCHAIN;
      if (await takesKeychain()) {
        const problem = await writeKeychain(name, value);
        if (problem !== null) throw new GatewayError("conflict", `The secret cannot be kept: ${problem}.`);
      } else sealed = (await sealer()).seal(name, value);
      const row = { name, sealed, updatedAtUs: clock.nowUs() };
      await rows.put(row);
      return stored(row);
    },
    async remove(name) {
      const row = await rows.get(name);
      if (row?.sealed === IN_KEYCHAIN) await removeFromKeychain(name);
      return row !== null && (await rows.remove(name));
    },
    async read(name) {
      const row = await rows.get(name);
      if (row === null) return null;
      if (row.sealed !== IN_KEYCHAIN) {
        const opener = await watch.during("missing", sealer);
        return watch.during("failed", () => openRow(row, opener, rows));
      }
      const found = await readKeychain(name);
      if (found.value === null) throw cannotOpen(name, found.problem);
      return found.value;
    },
    version: () => rows.version(),
    state: () => watch.state(),
  };
}

function checkName(name: string): void {
  if (isSecretName(name)) return;
  throw new GatewayError(
    "invalid_request",
    "A secret's name has letters, digits, dot, dash and underscore, at most 100, and does not look like a key itself.",
    { param: "name" },
  );
}

function checkValue(value: string): void {
  const problem =
    value.trim() === ""
      ? "is empty"
      : value.length > MAX_LENGTH
        ? `is longer than ${MAX_LENGTH} characters`
        : /[^\P{Cc}\n\r\t]/u.test(value)
          ? "holds control characters"
          : null;
  if (problem !== null) throw new GatewayError("invalid_request", `The value ${problem}.`, { param: "value" });
}

async function openRow(row: SealedRow, sealer: Sealer, rows: SealedRows): Promise<string> {
  const { name, sealed } = row;
  const opened = sealer.open(name, sealed);
  if (opened === null)
    throw cannotOpen(name, "was sealed with another key: set secret_key_previous to that, or store the secret again");
  // The key was changed: from now on the new one is enough. It opens either way, so a failure can wait for the next use.
  if (!opened.isCurrent) await rows.put({ ...row, sealed: sealer.seal(name, opened.value) }).catch(() => {});
  return opened.value;
}

const cannotOpen = (name: string, problem: string): GatewayError =>
  new GatewayError("credential_missing", `The secret "${name}" ${problem}.`);
