/** Responses over WebSockets: who may open one, and what becomes of those that are open. */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { readCredential } from "../../auth/read-credential.ts";
import type { ExchangeWorld, Headers } from "../../exchange/types.ts";
import { GatewayError, toGatewayError } from "../../ir/errors.ts";
import { addressOf } from "../../lib/client-address.ts";
import type { PassingMap } from "../../lib/passing-map.ts";
import { headerText, type InferenceRoute, queryOf } from "../inference-handler.ts";
import { refuseUpgrade } from "../raw-answers.ts";
import { type ConnectionLimits, ResponsesConnection } from "./connection.ts";

export interface ResponsesSocketsOptions {
  world: ExchangeWorld;
  /** What is waited for, where there is anything, before the token of a connection is used again. */
  recall?: (token: string) => Promise<void> | null;
  /** Of one message. */
  maxBodyBytes: number;
  running: PassingMap<Promise<void>>;
  /** Aborted when what is still open is broken off, because the gateway ends. */
  cut: AbortController;
  nextId(): number;
  limits?: Partial<ConnectionLimits>;
}

export interface ResponsesSockets {
  /** Answers the upgrade, in whatever way. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, route: InferenceRoute): void;
  /** Lets open answers finish for at most `drainMs`, then breaks what is left. */
  stop(drainMs: number): Promise<void>;
}

export function createResponsesSockets(options: ResponsesSocketsOptions): ResponsesSockets {
  const { world, maxBodyBytes, running } = options;
  const limits: ConnectionLimits = {
    maxTranscript: 64 * 1024 * 1024,
    maxWaitingBytes: maxBodyBytes,
    maxWaiting: 100,
    maxLanes: 32,
    pingEveryMs: 30_000,
    ...options.limits,
  };
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxBodyBytes,
    // It would cost more memory for each connection than it saves on a local hop.
    perMessageDeflate: false,
  });
  const open = new Set<ResponsesConnection>();
  let isStopping = false;
  let tellEmpty: () => void = () => {};

  return {
    upgrade(request, socket, head, { target, project }) {
      const token = readCredential(request.headers, queryOf(request))?.token ?? null;
      try {
        if (isStopping) throw new GatewayError("shutting_down", "The gateway is stopping. Try again in a moment.");
        world.authenticate(token, addressOf(request));
      } catch (thrown) {
        return refuseUpgrade(socket, toGatewayError(thrown));
      }
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = new ResponsesConnection(webSocket, {
          world,
          recall: options.recall,
          running,
          cut: options.cut.signal,
          nextId: () => options.nextId(),
          limits,
          address: addressOf(request),
          headers: withoutSocketWords(request.headers),
          token,
          target,
          project: project ?? headerText(request, "x-tokligence-project"),
        });
        open.add(connection);
        webSocket.once("close", () => {
          open.delete(connection);
          if (open.size === 0) tellEmpty();
        });
      });
    },
    async stop(drainMs) {
      isStopping = true;
      if (open.size === 0) return;
      const empty = new Promise<void>((resolve) => {
        tellEmpty = resolve;
      });
      for (const connection of open) connection.stop();
      const timer = setTimeout(() => {
        options.cut.abort();
        for (const connection of open) connection.terminate();
      }, drainMs);
      await empty;
      clearTimeout(timer);
    },
  };
}

/** Providers are asked over HTTP, so what a client says of WebSockets is not for them. */
function withoutSocketWords(headers: IncomingMessage["headers"]): Headers {
  const beta = headers["openai-beta"];
  if (typeof beta !== "string") return headers;
  const words = beta.split(",").filter((word) => !word.trim().startsWith("responses_websockets="));
  return { ...headers, "openai-beta": words.length === 0 ? undefined : words.join(",").trim() };
}
