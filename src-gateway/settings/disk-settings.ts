/** How much of the disk is left free. */
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { TypedValues } from "./typed-values.ts";

export interface DiskSettings {
  /** With less than this nothing new is taken; 0 waits until the disk is full. */
  minFreeBytes: number;
}

const STANDARD_BYTES = 64 * 1024 * 1024;

export const DISK_ROWS: readonly SettingRow[] = [
  row(
    "min_free_disk_bytes",
    { is: "number", min: 0, max: Number.MAX_SAFE_INTEGER },
    String(STANDARD_BYTES),
    "where the database is a file: with less free space on its disk, or less than a twentieth of a small disk, nothing new is taken; 0 waits until it is full",
  ),
];

export const diskSettingsOf = (values: TypedValues): DiskSettings => ({
  minFreeBytes: values.number("min_free_disk_bytes", STANDARD_BYTES),
});
