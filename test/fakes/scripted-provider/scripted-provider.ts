/**
 * A provider that can be told what to do: a real HTTP server that plays the wires of OpenAI, Anthropic and Google, remembers
 * what it received, and fails in every way that a provider can fail.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { answerRequest } from "./answer-request.ts";
import { createGate } from "./gate.ts";
import type { Gate, ReceivedRequest, ScriptedProvider, ScriptStep } from "./types.ts";

/** @param options.key what clients must send; the tests' own is as good as any. */
export async function startScriptedProvider(options: { key?: string } = {}): Promise<ScriptedProvider> {
  const key = options.key ?? "sk-scripted-provider";
  const steps: ScriptStep[] = [];
  const gates: Gate[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<(request: ReceivedRequest) => void>();

  const server = http.createServer((request, response) => {
    void receive(request, response).then(
      ({ received, beforeCut, closed }) => {
        provider.requests.push(received);
        for (const tell of waiting) tell(received);
        return answerRequest({ received, response, key, takeStep: () => steps.shift() ?? {}, beforeCut, closed });
      },
      () => response.destroy(),
    );
  });
  server.on("connection", (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const reset = (): void => {
    steps.length = 0;
    provider.requests.length = 0;
    for (const gate of gates.splice(0)) gate.open();
  };
  const provider: ScriptedProvider = {
    key,
    requests: [],
    baseUrl: (wire) =>
      origin +
      { "openai-chat": "/v1", "openai-responses": "/v1", "anthropic-messages": "", "gemini-content": "/v1beta" }[wire],
    waitForRequest(predicate = () => true) {
      const found = provider.requests.find(predicate);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        const tell = (request: ReceivedRequest): void => {
          if (!predicate(request)) return;
          waiting.delete(tell);
          resolve(request);
        };
        waiting.add(tell);
      });
    },
    script(...more) {
      for (const step of more) checkStep(step);
      steps.push(...more);
    },
    gate() {
      const gate = createGate();
      gates.push(gate);
      return gate;
    },
    openSockets: () => sockets.size,
    reset,
    async stop() {
      reset();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return provider;
}

/** A step that cannot do what it says would make a test wait for ever, or pass for nothing. */
function checkStep(step: ScriptStep): void {
  if ((step.gateAt === undefined) !== (step.gate === undefined)) {
    throw new Error("A step wants both `gateAt` and `gate`, or neither.");
  }
  const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;
  if (step.cutAt === "in-character" && step.text !== undefined && isAscii(step.text)) {
    throw new Error("A cut in a character wants a text that is not only ASCII.");
  }
}

async function receive(request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? "/", "http://provider");
  const aborted = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  let isAborted = false;
  let isCut = false;
  response.once("close", () => {
    closed.resolve();
    if (response.writableFinished || isCut) return;
    isAborted = true;
    aborted.resolve();
  });
  const received: ReceivedRequest = {
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body,
    json: parse(body),
    usageReported: null,
    aborted: aborted.promise,
    get isAborted() {
      return isAborted;
    },
  };
  const beforeCut = (): void => {
    isCut = true;
  };
  return { received, beforeCut, closed: closed.promise };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
