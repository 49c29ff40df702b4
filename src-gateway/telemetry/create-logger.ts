/** The gateway's own log: JSON lines, with every secret taken out before a byte leaves the process. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import pino from "pino";
import type { Logger } from "../lib/logger.ts";

export interface ClosableLogger extends Logger {
  /** Writes what is still buffered. */
  close(): void;
}

export function createLogger(options: {
  level: "debug" | "info" | "warn" | "error" | "silent";
  /** Absolute path; null writes to standard error. */
  file: string | null;
  /** Takes secrets out of a finished line. */
  redact(line: string): string;
}): ClosableLogger {
  if (options.file !== null) mkdirSync(dirname(options.file), { recursive: true });
  // Lines are rare (the request log is the database), so a synchronous write is simple and loses nothing in a crash.
  const destination = pino.destination({ dest: options.file ?? 2, sync: true, mode: 0o600 });
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    { write: (line: string) => destination.write(options.redact(line)) },
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    close: () => destination.flushSync(),
  };
}

/** Message, code and stack of an error and of its causes; never its other properties, which may hold requests. */
function describeError(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return String(thrown).slice(0, 1000);
  const { code } = thrown as NodeJS.ErrnoException;
  return {
    type: thrown.name,
    message: thrown.message.slice(0, 1000),
    ...(code === undefined ? {} : { code }),
    stack: thrown.stack?.split("\n").slice(1, 12).join("\n"),
    ...(thrown.cause === undefined || depth > 3 ? {} : { cause: describeError(thrown.cause, depth + 1) }),
  };
}
