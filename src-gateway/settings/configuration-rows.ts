import { settingRow as row, type SettingRow } from "./setting-types.ts";

const SECRET_STORES = ["auto", "keychain", "file", "database"] as const;
export type SecretStoreKind = (typeof SECRET_STORES)[number];

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
