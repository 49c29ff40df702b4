/**
 * What the gateway says of itself: its log here, its metrics and traces beside it. Every secret is taken out before a byte
 * leaves the process. Lines are JSON, one each; a line about a request names the request and its trace.
 */
import pino from "pino";
import type { Logger } from "../lib/logger.ts";
import { type LogRotation, openLogFile } from "./log-file.ts";

export interface ClosableLogger extends Logger {
  /** A finished line that comes with every request, free of secrets; it may wait for others. */
  access(line: string): void;
  /** Whether anybody would read such lines. */
  readonly takesAccess: boolean;
  /** The file was moved away: go on in a new one. */
  reopen(): void;
  /** Lines that could not be written. */
  lost(): number;
  /** Writes what is still waiting. */
  close(): Promise<void>;
}

const NEVER: LogRotation = { maxBytes: 0, daily: false, keep: 0, compress: false };

export function createLogger(options: {
  level: "debug" | "info" | "warn" | "error" | "silent";
  /** Absolute path; null writes to standard error. */
  file: string | null;
  /** Never, when left out. */
  rotation?: LogRotation;
  /** Takes secrets out of a finished line. */
  redact: (line: string) => string;
  /** Stands in every line of one of several processes. */
  worker?: number | undefined;
  /** The trace of a request that is under way. */
  traceIdOf?: (requestId: string) => string | null;
}): ClosableLogger {
  const { level, redact, worker, traceIdOf } = options;
  const file = openLogFile(options.file, options.rotation ?? NEVER);
  const logger = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      ...(traceIdOf ? { mixin: (fields: object) => traceOf(fields, traceIdOf) } : {}),
    },
    // Rare, and wanted most when the process dies: they do not wait.
    { write: (line: string) => file.writeNow(redact(line)) },
  );
  return {
    takesAccess: level === "debug" || level === "info",
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    access:
      worker === undefined
        ? (line) => file.writeSoon(line)
        : (line) => file.writeSoon(line.replace(/^\{/, () => `{"worker":${worker},`)),
    reopen: () => file.reopen(),
    lost: () => file.lost(),
    close: () => file.close(),
  };
}

function traceOf(fields: object, traceIdOf: (requestId: string) => string | null): object {
  const { requestId } = fields as { requestId?: unknown };
  const traceId = typeof requestId === "string" ? traceIdOf(requestId) : null;
  return traceId === null ? {} : { traceId };
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
