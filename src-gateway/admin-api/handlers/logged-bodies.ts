import { GatewayError } from "../../ir/errors.ts";
import { type ExchangeRecord, parseRequestId, requestIdOf } from "../../ir/exchange-record.ts";
import { diffLines } from "../../lib/diff-lines.ts";
import { answerText } from "../../request-log/answer-text.ts";
import { readConversation } from "../../request-log/conversation.ts";
import { curlOf } from "../../request-log/curl.ts";
import type { StoredBody } from "../../request-log/types.ts";
import { type Caller, isAdmin } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";
import type { Handlers } from "./types.ts";

export const loggedBodyHandlers: Pick<
  Handlers,
  "conversationOfExchange" | "replayExchange" | "diffAnswers" | "curlOfExchange" | "pruneBodies"
> = {
  async conversationOfExchange({ deps, params, caller }) {
    const { stored } = await findBody(deps, caller, params["id"] ?? "");
    return readConversation(stored);
  },
  async replayExchange({ deps, params, caller, body, record: recordAct }) {
    const { record, stored } = await findBody(deps, caller, params["id"] ?? "");
    if (!caller) throw new GatewayError("forbidden", "Only administrators may do this.");
    const id = await deps.replay({
      record,
      stored,
      userId: caller.userId,
      provider: body.provider ?? null,
      model: body.model ?? null,
    });
    await recordAct({
      action: "exchange.replay",
      target: { kind: "exchange", id: requestIdOf(record.id), name: null },
      before: null,
      after: { requestId: requestIdOf(id), provider: body.provider, model: body.model },
    });
    return { id, requestId: requestIdOf(id) };
  },
  async diffAnswers({ deps, params, query, caller }) {
    const [left, right] = await Promise.all([
      findBody(deps, caller, params["id"] ?? ""),
      findBody(deps, caller, query.with),
    ]);
    const lines = diffLines(saidBy(left.stored), saidBy(right.stored));
    return {
      left: sideOf(left.record),
      right: sideOf(right.record),
      isSame: lines.every((line) => line.left === line.right),
      lines,
    };
  },
  async curlOfExchange({ deps, params, caller }) {
    const { stored } = await findBody(deps, caller, params["id"] ?? "");
    return { command: curlOf(stored, deps.status().url || "http://127.0.0.1:8081") };
  },
  async pruneBodies({ deps, body, record }) {
    const standard = deps.retention();
    const isNamed = body.beforeUs !== undefined || body.maxBytes !== undefined;
    const limits = {
      beforeUs: body.beforeUs ?? (isNamed ? null : standard.beforeUs),
      maxBytes: body.maxBytes ?? (isNamed ? null : standard.maxBytes),
    };
    const pruned = await deps.bodies.prune(limits);
    await record({
      action: "exchange.prune",
      target: { kind: "exchange", id: null, name: null },
      before: null,
      after: { ...limits, ...pruned },
    });
    return pruned;
  },
};

/** The row and the bodies of an exchange that the caller may see. @throws GatewayError not_found */
export async function findBody(
  deps: Pick<AdminDeps, "requestLog" | "bodies">,
  caller: Caller | null,
  text: string,
): Promise<{ record: ExchangeRecord; stored: StoredBody }> {
  const record = await findRecord(deps, caller, text);
  const stored = await deps.bodies.get(record.id);
  // A row of another replica could have been moved to this number.
  if (stored === null || stored.userId !== record.userId || stored.apiKeyId !== record.apiKeyId) {
    throw new GatewayError(
      "not_found",
      `Of ${requestIdOf(record.id)} no bodies are kept: log_bodies said so, it was too long ago, or it has just ended.`,
    );
  }
  return { record, stored };
}

/** @throws GatewayError not_found */
export async function findRecord(
  deps: Pick<AdminDeps, "requestLog">,
  caller: Caller | null,
  text: string,
): Promise<ExchangeRecord> {
  const id = parseRequestId(text) ?? Number(text);
  const record = Number.isSafeInteger(id) ? await deps.requestLog.get(id) : null;
  // Another user's exchange is as good as none.
  if (!record || (caller && !isAdmin(caller) && record.userId !== caller.userId)) {
    throw new GatewayError(
      "not_found",
      `There is no exchange ${text.slice(0, 50)}. A request that has just ended takes a moment to be recorded.`,
    );
  }
  return record;
}

function saidBy({ answer, head }: StoredBody): string {
  if (answer === null) return "";
  const bytes = Buffer.from(answer);
  return head.answerIsText ? bytes.toString("utf8") : answerText(bytes, head.surface);
}

const sideOf = (record: ExchangeRecord) => ({
  id: record.id,
  requestId: requestIdOf(record.id),
  model: record.modelServed ?? record.modelRouted,
  provider: record.provider,
});
