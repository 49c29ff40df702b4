/** Where the configuration that can be changed while the gateway runs is kept, and the secrets that it refers to. */
import { parseCredential } from "./credential-ref.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";
import { settingRow as row, type SettingRow } from "./setting-types.ts";

export const SECRET_STORES = ["auto", "keychain", "file", "database"] as const;

/** A key of 32 bytes, or the name under which the keychain has it in base64. */
export type SealKey = { bytes: Buffer } | { keychain: string };

export interface ConfigurationSettings {
  /** `file`: gateway.yaml is in force; `database`: the newest revision in the database is. */
  source: "file" | "database";
  secrets: {
    store: (typeof SECRET_STORES)[number];
    /** Null: the gateway makes a key and keeps it in the data folder, readable by its owner only. */
    key: SealKey | null;
    /** What was sealed with it is sealed anew with `key`. */
    previousKey: SealKey | null;
  };
  /** Whether tests of a provider may reach addresses where clouds hand out the machine's own credentials. */
  allowMetadataAddresses: boolean;
}

export const CONFIGURATION_ROWS: readonly SettingRow[] = [
  row(
    "config_source",
    { is: "choice", values: ["file", "database"] },
    "file",
    "what is in force: `gateway.yaml`, or the newest [revision](runtime-configuration.md) in the database",
  ),
  row(
    "secret_store",
    { is: "choice", values: SECRET_STORES },
    "auto",
    "where `gateway secret set` keeps providers' keys; auto is the database with `config_source = database`, else the keychain, else a sealed file",
  ),
  row(
    "secret_key",
    { is: "secret" },
    "made in the data folder",
    "seals the secrets of a file or the database: 32 bytes in base64, or `env:`, `file:` or `keychain:` with their place",
  ),
  row("secret_key_previous", { is: "secret" }, "none", "the key before, while secrets are sealed anew"),
  row(
    "allow_metadata_addresses",
    { is: "flag" },
    "false",
    "lets tests of a provider reach link-local addresses, where clouds hand out the machine's credentials",
  ),
];

export function configurationSettingsOf(source: SecretSource): ConfigurationSettings {
  const { values } = source;
  return {
    source: (values.text("config_source") ?? "file") as ConfigurationSettings["source"],
    secrets: {
      store: (values.text("secret_store") ?? "auto") as ConfigurationSettings["secrets"]["store"],
      key: sealKeyOf(source, "secret_key"),
      previousKey: sealKeyOf(source, "secret_key_previous"),
    },
    allowMetadataAddresses: values.flag("allow_metadata_addresses", false),
  };
}

function sealKeyOf(source: SecretSource, name: string): SealKey | null {
  const { layers, values, places } = source;
  const text = values.text(name);
  if (text === null) return null;
  const reference = parseCredential(text, places.cwd);
  if (reference?.source === "keychain") return { keychain: reference.name };
  const secret = readSecret(source, name);
  if (secret === null) return null;
  const bytes = readSealKey(secret);
  if (bytes !== null) return { bytes };
  layers.problems.push({
    where: values.where(name),
    key: name,
    problem: "is no key of 32 bytes",
    hint: "for example: openssl rand -base64 32",
  });
  return null;
}

/** 32 bytes in base64 or hexadecimal; null for everything else. */
export function readSealKey(text: string): Buffer | null {
  const clean = text.trim();
  if (/^[0-9a-f]{64}$/i.test(clean)) return Buffer.from(clean, "hex");
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(clean) ? Buffer.from(clean, "base64") : null;
  return bytes?.length === 32 ? bytes : null;
}
