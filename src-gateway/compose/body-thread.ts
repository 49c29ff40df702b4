/** The archive of bodies in a thread of its own, which is started when it is first needed. */
import { Worker } from "node:worker_threads";
import { threadFile } from "../lib/thread-file.ts";
import type { BodyArchive, NewBody } from "../request-log/types.ts";

type Inputs = {
  put: readonly NewBody[];
  get: Parameters<BodyArchive["get"]>[0];
  search: Parameters<BodyArchive["search"]>[0];
  prune: Parameters<BodyArchive["prune"]>[0];
  forget: Parameters<BodyArchive["forget"]>[0];
  close: null;
};
export type BodyCall = {
  [Method in keyof Inputs]: { call: number; method: Method; input: Inputs[Method]; secrets: readonly string[] };
}[keyof Inputs];
export type BodyReply = { call: number; result: unknown } | { call: number; problem: string };

export interface BodyThreadOptions {
  ledgerUrl: string;
  /** All that are known, the newest last; asked with every call. */
  secrets: () => readonly string[];
}

export function createBodyThread({ ledgerUrl, secrets }: BodyThreadOptions): BodyArchive {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let worker: Worker | null = null;
  let calls = 0;
  let told = 0;

  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    // What it needs of settings it is given; a secret in the environment is none of its business.
    const started = new Worker(threadFile("body-worker", new URL("body-worker.ts", import.meta.url)), {
      env: {},
      workerData: { ledgerUrl },
    });
    told = 0;
    let cause: unknown;
    started.on("message", (reply: BodyReply) => {
      const caller = waiting.get(reply.call);
      waiting.delete(reply.call);
      if (waiting.size === 0) started.unref();
      if ("problem" in reply) caller?.reject(new Error(reply.problem));
      else caller?.resolve(reply.result);
    });
    started.on("error", (error) => {
      cause = error;
    });
    started.on("exit", () => {
      if (worker === started) worker = null;
      fail(new Error("The thread that keeps bodies of requests stopped.", { cause }));
    });
    return started;
  };
  const ask = <Method extends keyof Inputs>(
    method: Method,
    input: Inputs[Method],
    moved: ArrayBuffer[] = [],
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker ??= start();
      const known = secrets();
      const call = { call: ++calls, method, input, secrets: known.slice(told) };
      told = known.length;
      waiting.set(call.call, { resolve, reject });
      worker.ref();
      worker.postMessage(call, moved);
    });

  return {
    async put(bodies) {
      const moved: ArrayBuffer[] = [];
      const copies = bodies.map((body) => ({
        ...body,
        request: movable(body.request, moved),
        answer: movable(body.answer, moved),
      }));
      await ask("put", copies, moved);
    },
    get: (id) => ask("get", id) as ReturnType<BodyArchive["get"]>,
    search: (question) => ask("search", question) as ReturnType<BodyArchive["search"]>,
    prune: (retention) => ask("prune", retention) as ReturnType<BodyArchive["prune"]>,
    forget: (userId) => ask("forget", userId) as ReturnType<BodyArchive["forget"]>,
    async close() {
      if (worker === null) return;
      await ask("close", null).catch(() => {});
      const stopping: Worker | null = worker;
      worker = null;
      await stopping?.terminate();
    },
  };
}

/** A copy with memory of its own: what is sent without one takes all that shares its memory along. */
function movable(bytes: Uint8Array | null, moved: ArrayBuffer[]): Uint8Array | null {
  if (bytes === null) return null;
  const copy = new Uint8Array(bytes);
  moved.push(copy.buffer);
  return copy;
}
