/** Where the configuration that can be changed while the gateway runs is kept, and the secrets that it refers to. */

import type { SecretStoreKind } from "./configuration-rows.ts";
import { parseCredential } from "./credential-ref.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";
import { readSealKey, type SealKey } from "./seal-key.ts";

export interface ConfigurationSettings {
  /** `file`: gateway.yaml is in force; `database`: the newest revision in the database is. */
  source: "file" | "database";
  secrets: {
    store: SecretStoreKind;
    /** Null: the gateway makes a key and keeps it in the data folder, readable by its owner only. */
    key: SealKey | null;
    /** What was sealed with it is sealed anew with `key`. */
    previousKey: SealKey | null;
  };
  /** Whether tests of a provider may reach addresses where clouds hand out the machine's own credentials. */
  allowMetadataAddresses: boolean;
}

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
