import type { Logger } from "../../src-gateway/lib/logger.ts";

export interface LogLine {
  level: keyof Logger;
  fields: object;
  message: string;
}

/** A log that remembers. */
export function recordingLogger(): Logger & { lines: LogLine[]; text(): string } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields, message });
    };
  return {
    lines,
    text: () => lines.map(({ level, fields, message }) => `${level} ${message} ${JSON.stringify(fields)}`).join("\n"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
