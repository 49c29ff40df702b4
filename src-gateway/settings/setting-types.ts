/** The words in which settings are declared: what a value may be, and a row of the table. */
export type SettingType =
  | { is: "text" | "email" | "host" | "url" | "path" | "database" | "pairs" | "flag" | "port" | "decimal" | "duration" }
  /** A provider's key: in files only as a reference to the place where it is. */
  | { is: "key" }
  /** Ours, such as the one that keys the hashes; never shown. */
  | { is: "secret" }
  | { is: "number"; min: number; max: number }
  | { is: "choice"; values: readonly string[] }
  | { is: "list"; of: "host" | "origin" }
  | { is: "list"; of: readonly string[] };

export interface SettingRow {
  /** The name in INI files. */
  key: string;
  /** The environment variable: `TOKLIGENCE_` and the key in capitals, unless it was documented under another name. */
  env: string;
  type: SettingType;
  /** What is used when nobody sets it, in words; null when there is nothing to say. */
  standard: string | null;
  /** One line for the documentation. */
  about: string;
  /** False: recognised and checked, but nothing acts on it in this version. */
  hasEffect: boolean;
  /** Other names of the environment variable, accepted with a notice. */
  oldEnv: readonly string[];
}

export const envNameOf = (key: string): string => `TOKLIGENCE_${key.toUpperCase()}`;

export const settingRow = (
  key: string,
  type: SettingType,
  standard: string | null,
  about: string,
  more: Partial<SettingRow> = {},
): SettingRow => ({ key, env: envNameOf(key), type, standard, about, hasEffect: true, oldEnv: [], ...more });

export interface ExplainedSetting {
  key: string;
  value: string;
  /** `default`, `env TOKLIGENCE_X`, or `path:line`. */
  source: string;
}
