/** Where there are more client keys than memory holds, the key of a request is looked up before the request goes on. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { readCredential } from "../auth/read-credential.ts";
import type { KeyRing } from "../auth/types.ts";
import type { Arrival } from "../server/arrival.ts";
import { queryOf } from "../server/inference-handler.ts";

type Recall = Pick<KeyRing, "isOnDemand" | "recall">;

/** Adds nothing to a request whose key is known, and no wait to one that brings none. */
export function recallFirst<Rest extends readonly unknown[]>(
  keyRing: Recall,
  handle: (request: IncomingMessage, response: ServerResponse, ...rest: Rest) => void,
): (request: IncomingMessage, response: ServerResponse, ...rest: Rest) => void {
  return (request, response, ...rest) => {
    const recalling = keyRing.isOnDemand() ? recallOf(keyRing, request) : null;
    if (recalling === null) return handle(request, response, ...rest);
    void recalling.then(() => {
      // Whoever has left meanwhile is like one who never came.
      if (!response.destroyed) handle(request, response, ...rest);
    });
  };
}

/** The same for what did not come over `node:http`. */
export function recallBeforeArrival<Rest extends readonly unknown[]>(
  keyRing: Recall,
  handle: (arrival: Arrival, ...rest: Rest) => void,
): (arrival: Arrival, ...rest: Rest) => void {
  return (arrival, ...rest) => {
    const recalling = keyRing.isOnDemand() ? recallOf(keyRing, arrival) : null;
    if (recalling === null) return handle(arrival, ...rest);
    void recalling.then(() => {
      if (!arrival.isGone) handle(arrival, ...rest);
    });
  };
}

/** The same for those who want a WebSocket. */
export function recallBeforeUpgrade<Rest extends readonly unknown[]>(
  keyRing: Recall,
  upgrade: (request: IncomingMessage, socket: Duplex, ...rest: Rest) => void,
): (request: IncomingMessage, socket: Duplex, ...rest: Rest) => void {
  return (request, socket, ...rest) => {
    const recalling = keyRing.isOnDemand() ? recallOf(keyRing, request) : null;
    if (recalling === null) return upgrade(request, socket, ...rest);
    // Nobody else listens meanwhile, and an error without a listener ends the process.
    const giveUp = (): void => void socket.destroy();
    socket.once("error", giveUp);
    void recalling.then(() => {
      socket.off("error", giveUp);
      if (!socket.destroyed) upgrade(request, socket, ...rest);
    });
  };
}

function recallOf(keyRing: Recall, request: Pick<IncomingMessage, "headers" | "url">): Promise<void> | null {
  const shown = readCredential(request.headers, queryOf(request));
  return shown === null ? null : keyRing.recall(shown.token);
}
