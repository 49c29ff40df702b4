import { createRedactor, type Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { type ClosableLogger, createLogger } from "../telemetry/create-logger.ts";
import { createOpenRequests, type OpenRequests } from "../telemetry/open-requests.ts";

/** What the gateway says, and what it must not. */
export interface LogParts {
  log: ClosableLogger;
  redactor: Redactor;
  /** How requests came in that are under way. */
  openRequests: OpenRequests;
}

export function createLogParts({ telemetry, logLevel, logFile, worker }: Settings): LogParts {
  const redactor = createRedactor();
  const redact = (text: string): string => redactor.redact(text);
  const openRequests = createOpenRequests(redact, {
    share: telemetry.otel?.sampleShare ?? 1,
    followsParent: telemetry.otel?.followsParent ?? true,
  });
  const log = createLogger({
    level: logLevel,
    file: logFile,
    worker: worker?.number,
    rotation: telemetry.rotation,
    traceIdOf: (requestId) => openRequests.traceIdOf(requestId),
    redact,
  });
  return { log, redactor, openRequests };
}
