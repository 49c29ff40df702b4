/** OpenTelemetry in a running gateway. Nothing of it is loaded while no collector is configured. */
import { randomUUID } from "node:crypto";
import type { ExchangeWorld } from "../exchange/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { WIRE_OF_SURFACE } from "../ir/protocol.ts";
import { asObject } from "../protocols/loose-json.ts";
import { WIRES } from "../protocols/wires.ts";
import { answerText } from "../request-log/answer-text.ts";
import { listenTo } from "../request-log/listen.ts";
import type { HeardBodies } from "../request-log/types.ts";
import type { MetricRegistry } from "../telemetry/metrics/registry.ts";
import type { RequestFacts } from "../telemetry/open-requests.ts";
import type { OtelExporter } from "../telemetry/otel/exporter.ts";
import { answerJson, messagesJson } from "../telemetry/otel/messages.ts";
import type { ToldContent, ToldExchange, ToldProvider } from "../telemetry/otel/types.ts";
import type { Parts } from "./parts.ts";

export interface OtelSide {
  start(): void;
  /** For the exchange's world: bodies are held only where they go into the traces. */
  listening(world: Pick<ExchangeWorld, "listen">): Pick<ExchangeWorld, "listen">;
  heard(record: ExchangeRecord, heard: HeardBodies): void;
  closed(record: ExchangeRecord, facts: RequestFacts | undefined): void;
  stop(): Promise<void>;
}

const MAX_CONTENT = 64 * 1024;
/** Exchanges that end before the exporter is loaded. */
const MAX_EARLY = 1_000;

export function openOtel(
  parts: Parts,
  metrics: { registry: MetricRegistry | null; refresh: (() => Promise<void>) | null },
): OtelSide | null {
  const { otel: settings } = parts.settings.telemetry;
  if (settings === null) return null;
  const { log, redactor, config } = parts;
  for (const value of [...Object.values(settings.traceHeaders), ...Object.values(settings.metricHeaders)])
    redactor.add(value);
  const contents = new Map<number, ToldContent>();
  let early: ToldExchange[] = [];
  let exporter: OtelExporter | null = null;
  let loading: Promise<void> = Promise.resolve();

  const providerOf = (id: string): ToldProvider | null => {
    const instance = config.live().instances.get(id);
    if (!instance) return null;
    const [base] = Object.values(instance.protocols);
    return { kind: instance.kind, host: base && URL.canParse(base) ? new URL(base).hostname : null };
  };
  const load = async (): Promise<void> => {
    const { createOtelExporter } = await import("../telemetry/otel/exporter.ts");
    const instanceId = randomUUID();
    exporter = createOtelExporter({ settings, version: __VERSION__, instanceId, ...metrics, providerOf, log });
    for (const told of early) exporter.closed(told, told.trace.isSampled);
    early = [];
  };
  return {
    start() {
      loading = load().catch((err: unknown) => log.error({ err }, "OpenTelemetry could not be started"));
    },
    listening: ({ listen }) =>
      settings.capturesContent
        ? {
            listen: (inbound) => {
              const heard = listen?.(inbound) ?? inbound;
              return heard.heard ? heard : listenTo(heard, MAX_CONTENT);
            },
          }
        : {},
    heard(record, heard) {
      if (settings.capturesContent)
        contents.set(
          record.id,
          contentOf(record, heard, (text) => redactor.redact(text)),
        );
    },
    closed(record, facts) {
      const content = contents.get(record.id) ?? null;
      contents.delete(record.id);
      if (!facts) return;
      const { method, path, clientRequestId } = facts;
      const told = cleaned({ record, trace: facts.trace(), method, path, clientRequestId, content }, (text) =>
        redactor.redact(text),
      );
      if (exporter) exporter.closed(told, told.trace.isSampled);
      else if (early.length < MAX_EARLY) early.push(told);
    },
    async stop() {
      await loading;
      await exporter?.stop();
    },
  };
}

/** What a client can have put a secret into. */
function cleaned(told: ToldExchange, clean: (text: string) => string): ToldExchange {
  const { record } = told;
  const cleanOr = (text: string | null): string | null => (text === null ? null : clean(text));
  return {
    ...told,
    path: cleanOr(told.path),
    record: {
      ...record,
      modelAsked: cleanOr(record.modelAsked),
      modelRouted: cleanOr(record.modelRouted),
      modelServed: cleanOr(record.modelServed),
      agent: cleanOr(record.agent),
      session: cleanOr(record.session),
      project: cleanOr(record.project),
      finishReason: cleanOr(record.finishReason),
      attempts: record.attempts.map((attempt) => ({
        ...attempt,
        model: clean(attempt.model),
        reason: clean(attempt.reason),
      })),
    },
  };
}

function contentOf(record: ExchangeRecord, heard: HeardBodies, clean: (text: string) => string): ToldContent {
  const output = answerText(Buffer.concat(heard.answer), heard.head.surface);
  return { input: clean(inputOf(heard)), output: clean(answerJson(output, record.finishReason, MAX_CONTENT)) };
}

function inputOf({ request, head }: HeardBodies): string {
  const text = request?.toString("utf8") ?? "";
  try {
    const json = asObject(JSON.parse(text));
    const target = { surface: head.surface, pathModel: null, pathMethod: null, query: "" };
    if (json) return messagesJson(WIRES[WIRE_OF_SURFACE[head.surface]].decodeRequest(json, target).turns, MAX_CONTENT);
  } catch {
    // Something else than a conversation, or only its beginning: it is shown as it is.
  }
  return messagesJson([{ role: "user", parts: [{ kind: "text", text }] }], MAX_CONTENT);
}
