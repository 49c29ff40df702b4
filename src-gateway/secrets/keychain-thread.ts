/** The thread that asks the keychain: started for the first question, ended when it has been idle, left when it hangs. */
import { Worker } from "node:worker_threads";
import { threadFile } from "../lib/thread-file.ts";
import { leaveThreadsBehind } from "./leave-threads-behind.ts";

export interface KeychainQuestion {
  id: number;
  /** A look reads nothing out, and asks no person to unlock anything. */
  act: "read" | "write" | "remove" | "look";
  name: string;
  value?: string;
  /** On the clock of people: later it is not begun any more. */
  untilMs: number;
}
export interface KeychainReply {
  id: number;
  result: string | boolean | null;
  problem: string | null;
}
export type Ask = Omit<KeychainQuestion, "id" | "untilMs">;

export interface KeychainThread {
  /** One question at a time. @throws Error in the system's words; when `signal` fires the thread counts as silent */
  ask(question: Ask, patienceMs: number, signal: AbortSignal): Promise<KeychainReply["result"]>;
  /** It was given up and has not answered since; it is not time to try another way. */
  isSilent(): boolean;
}

export interface KeychainThreadOptions {
  /** Told when a question that was given up has been answered after all. */
  onLateAnswer(problem: string | null): void;
  workerPath?: () => string;
  idleMs?: number;
  /** For so long nothing new is asked while one that was given up is not answered. */
  calmMs?: number;
}

const IDLE_MS = 60_000;
const CALM_MS = 20_000;
/** Each is a thread that stands still until the system answers it. */
const MAX_LEFT = 3;

interface Pending {
  id: number;
  settle: ((reply: KeychainReply) => void) | null;
  givenUpMs: number | null;
}

export function createKeychainThread(options: KeychainThreadOptions): KeychainThread {
  const { idleMs = IDLE_MS, calmMs = CALM_MS } = options;
  const workerPath =
    options.workerPath ?? (() => threadFile("keychain-worker", new URL("keychain-worker.ts", import.meta.url)));
  let worker: Worker | null = null;
  /** What the threads have not answered: that of the current one, and those of threads that were left. */
  const pending = new Map<Worker, Pending>();
  let questions = 0;
  let idle: NodeJS.Timeout | undefined;
  let isGuarded = false;

  const letGo = (thread: Worker): void => {
    if (worker === thread) worker = null;
    void thread.terminate();
  };
  const answered = (thread: Worker, reply: KeychainReply): void => {
    const asked = pending.get(thread);
    if (asked?.id !== reply.id) return;
    pending.delete(thread);
    thread.unref();
    if (asked.settle !== null) asked.settle(reply);
    else options.onLateAnswer(reply.problem);
    if (worker !== thread) return letGo(thread);
    idle = setTimeout(() => letGo(thread), idleMs).unref();
  };
  const start = (): Worker => {
    if (!isGuarded) leaveThreadsBehind(() => pending.size > 0);
    isGuarded = true;
    // What it needs of the environment the keychain's library reads by itself.
    const started = new Worker(workerPath(), { env: {} });
    const fail = (error: unknown): void => {
      if (worker === started) worker = null;
      const id = pending.get(started)?.id;
      if (id !== undefined) answered(started, { id, result: null, problem: String(error) });
    };
    started.on("message", (reply: KeychainReply) => answered(started, reply));
    started.on("error", fail);
    started.on("exit", () => fail("the thread that asks it has ended"));
    return started;
  };
  /** The current one, or a new one in place of one that hangs. */
  const choose = (): Worker => {
    clearTimeout(idle);
    if (worker !== null && pending.has(worker)) worker = null;
    worker ??= start();
    return worker;
  };
  const isSilent = (): boolean => {
    const left = [...pending.values()].map(({ givenUpMs }) => givenUpMs);
    const [newest] = left.flatMap((ms) => ms ?? []).toSorted((a, b) => b - a);
    return newest !== undefined && (left.length >= MAX_LEFT || performance.now() - newest < calmMs);
  };

  return {
    isSilent,
    ask: (question, patienceMs, signal) =>
      new Promise((resolve, reject) => {
        const thread = choose();
        const id = ++questions;
        const asked: Pending = {
          id,
          settle: ({ problem, result }) => (problem === null ? resolve(result) : reject(new Error(problem))),
          givenUpMs: null,
        };
        pending.set(thread, asked);
        thread.ref();
        signal.addEventListener("abort", () => {
          asked.settle = null;
          asked.givenUpMs = performance.now();
          // Nobody waits, so it keeps no process alive.
          thread.unref();
        });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
        thread.postMessage({ ...question, id, untilMs: Date.now() + patienceMs } satisfies KeychainQuestion);
      }),
  };
}
