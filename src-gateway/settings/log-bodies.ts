import type { Layers } from "./layers.ts";
import type { LogSettings } from "./log-types.ts";
import type { TypedValues } from "./typed-values.ts";

const LEVELS: ReadonlySet<string> = new Set(["off", "metadata", "full"]);

/** What the request log keeps, of whose requests, and for how long. */
export function logSettingsOf(layers: Layers, values: TypedValues): LogSettings {
  const days = values.number("log_retention_days", 30);
  const bytes = values.number("log_retention_bytes", 10 * 1024 ** 3);
  return {
    bodies: (values.text("log_bodies") ?? "metadata") as LogSettings["bodies"],
    bodiesFor: exceptionsOf(layers, values),
    maxBodyBytes: values.number("log_bodies_max_bytes", 4 * 1024 * 1024),
    retentionDays: days === 0 ? null : days,
    retentionBytes: bytes === 0 ? null : bytes,
  };
}

function exceptionsOf(layers: Layers, values: TypedValues): LogSettings["bodiesFor"] {
  const text = values.text("log_bodies_for") ?? "";
  const exceptions: LogSettings["bodiesFor"] = [];
  for (const item of text.split(/[,\n]/).map((part) => part.trim())) {
    if (item === "") continue;
    const match = /^(key|model)\s*:\s*(.+?)\s*=\s*(\w+)$/.exec(item);
    const [, kind, pattern, level = ""] = match ?? [];
    if (kind && pattern && LEVELS.has(level.toLowerCase())) {
      exceptions.push({ kind, pattern, level: level.toLowerCase() } as LogSettings["bodiesFor"][number]);
      continue;
    }
    layers.problems.push({
      where: values.where("log_bodies_for"),
      key: "log_bodies_for",
      problem: "holds an item that cannot be read",
      hint: "such as key:ci=off, model:claude-*=full; after the = stands off, metadata or full",
    });
  }
  return exceptions;
}
