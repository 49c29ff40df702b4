import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Surface, WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { composeAnswer } from "./compose-answer.ts";
import { geminiEmbeddings, openAiEmbeddings } from "./embeddings.ts";
import { findRoute } from "./find-route.ts";
import { geminiContent } from "./gemini-content.ts";
import { modelsBody } from "./model-lists.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiResponses } from "./openai-responses.ts";
import { type Refusal, refuseKey, refuseRequest } from "./refuse.ts";
import { type Sending, sendFrames, sendWhole } from "./send-response.ts";
import type { Answer, Ask, Frame, PlayedWire, ReceivedRequest, ScriptStep } from "./types.ts";

const WIRES: Readonly<Record<WireProtocol, PlayedWire>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  "anthropic-messages": anthropicMessages,
  "gemini-content": geminiContent,
};

interface Exchange {
  received: ReceivedRequest;
  response: ServerResponse;
  key: string;
  takeStep(): ScriptStep;
  beforeCut(): void;
  closed: Promise<void>;
}

/** Answers one request as the wire on its path does, or as the next step of the script says. */
export async function answerRequest(exchange: Exchange): Promise<void> {
  const { received } = exchange;
  const route = findRoute(received.method, received.path, received.headers);
  const wire = route?.surface === "completions" ? openaiCompletions : WIRES[route?.wire ?? "openai-chat"];
  const refuse = ({ status, message }: Refusal): Promise<void> =>
    sendJson(exchange, { status }, wire.encodeError(status, message));
  if (!route) return refuse({ status: 404, message: `Unknown request URL: ${received.method} ${received.path}.` });
  const badKey = refuseKey(route.wire, received.headers, exchange.key);
  if (badKey) return refuse(badKey);
  if (route.surface === "models") {
    const refusal = refuseRequest(route, received);
    const named = /\/models\/([^/]+)$/.exec(received.path)?.[1] ?? null;
    return refusal ? refuse(refusal) : sendJson(exchange, {}, modelsBody(route.wire, named));
  }
  const step = exchange.takeStep();
  const refusal = step.status === undefined && refuseRequest(route, received);
  if (refusal) return refuse(refusal);
  if ((step.status ?? 200) >= 400 && step.body === undefined && !step.rawBody) {
    const message = `The scripted provider was told to answer ${step.status}.`;
    return sendJson(exchange, step, wire.encodeError(step.status ?? 500, message));
  }
  await answerWith(exchange, wire, route.surface, step);
}

async function answerWith(exchange: Exchange, wire: PlayedWire, surface: Surface, step: ScriptStep): Promise<void> {
  const { received } = exchange;
  if (step.rawBody || step.body !== undefined) return sendJson(exchange, step, step.body);
  const ask = wire.readAsk(received.json, { surface, path: received.path, query: received.query });
  const answer = composeAnswer(ask, step, received.body.length);
  received.usageReported = surface.endsWith("count-tokens") || surface === "gemini-embeddings" ? null : answer.usage;
  if (ask.stream || step.frames) {
    const frames = step.frames?.map((bytes): Frame => ({ bytes, isOpening: false })) ?? wire.encodeStream(ask, answer);
    if (!ask.wantsUsage) received.usageReported = null;
    const isArray = ask.framing === "json-array";
    const contentType =
      step.contentType ?? (isArray ? "application/json; charset=UTF-8" : "text/event-stream; charset=utf-8");
    return sendFrames(sendingOf(exchange, step, contentType), withError(wire, ask, step, frames));
  }
  if (step.errorAt !== undefined) {
    received.usageReported = null;
    return sendJson(exchange, step, wire.encodeError(500, "The scripted provider failed."));
  }
  await sendJson(exchange, step, wholeBody(wire, ask, answer, received));
}

function wholeBody(wire: PlayedWire, ask: Ask, answer: Answer, received: ReceivedRequest): unknown {
  switch (ask.surface) {
    case "embeddings":
      return openAiEmbeddings(received.json, answer);
    case "gemini-embeddings":
      return geminiEmbeddings(received.json, received.path);
    case "messages-count-tokens":
      return { input_tokens: answer.usage ? inputTotal(answer.usage) : 0 };
    case "gemini-count-tokens":
      return { totalTokens: answer.usage ? inputTotal(answer.usage) : 0 };
    default:
      return wire.encodeWhole(ask, answer);
  }
}

/** The frames up to the point where the step wants an error, and the error as the last one. */
function withError(wire: PlayedWire, ask: Ask, step: ScriptStep, frames: Frame[]): Frame[] {
  if (step.errorAt === undefined) return frames;
  const firstPiece = frames.findIndex((frame) => !frame.isOpening);
  const before = step.errorAt === "first" ? 0 : step.errorAt === "opening" ? Math.max(0, firstPiece) : step.errorAt;
  const kept = frames.slice(0, before);
  return [...kept, { bytes: wire.encodeStreamError(ask, kept.length > 0), isOpening: false }];
}

async function sendJson(exchange: Exchange, step: ScriptStep, json: unknown): Promise<void> {
  const bytes = step.rawBody ?? Buffer.from(JSON.stringify(json));
  await sendWhole(sendingOf(exchange, step, step.contentType ?? "application/json"), bytes);
}

function sendingOf(exchange: Exchange, step: ScriptStep, contentType: string): Sending {
  const status = step.status ?? 200;
  const requestId = `req_${randomBytes(12).toString("hex")}`;
  return {
    response: exchange.response,
    status,
    step,
    closed: exchange.closed,
    beforeCut: exchange.beforeCut,
    headers: {
      "content-type": contentType,
      "x-request-id": requestId,
      "request-id": requestId,
      ...([429, 503, 529].includes(status) ? { "retry-after": "1" } : {}),
      ...step.headers,
    },
  };
}
