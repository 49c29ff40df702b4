/** Admission as one would say it: four kinds of limits, lists of who waits, and two steps on the way in. */
import type { QueueMode } from "../../../src-gateway/settings/types.ts";
import { NaiveQueue, type NaiveWaiter } from "./naive-queue.ts";

export type Outcome =
  | "waiting"
  | "admitted"
  | "released"
  | "full"
  | "turned away"
  | "timed out"
  | "aborted"
  | "too large";

export interface NaiveRequest extends NaiveWaiter {
  id: number;
  bytes: number;
  gates: [narrow: NaiveGate, wide: NaiveGate];
  /** How many of its gates it holds a place of. */
  passed: number;
  outcome: Outcome;
  deadlineMs: number;
  /** Timers run in the order in which they were set. */
  timer: number;
}

export class NaiveGate {
  held: NaiveRequest[] = [];
  readonly queue: NaiveQueue<NaiveRequest>;
  maximum: number | null;
  readonly maxBytes: number;

  constructor(mode: QueueMode, maximum: number | null, maxBytes = Infinity) {
    this.queue = new NaiveQueue(mode);
    this.maximum = maximum;
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.held.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  fits({ bytes }: { bytes: number }): boolean {
    return this.held.length < (this.maximum ?? Infinity) && this.bytes + bytes <= this.maxBytes;
  }

  isOpen(request: { bytes: number }): boolean {
    return this.queue.waiting.length === 0 && this.fits(request);
  }
}

export class NaiveAdmission {
  /** Ids in the order in which they were let in. */
  readonly admitted: number[] = [];
  nowMs = 0;
  readonly #maxWaiting: number;
  readonly #timeoutMs: number;
  #timers = 0;
  readonly #requests: NaiveRequest[] = [];
  /** Tells which owner a full queue takes a place from, where several have as many. */
  crowd: (isLargest: (owner: string) => boolean) => string = () => "";

  constructor(maxWaiting: number, timeoutMs: number) {
    this.#maxWaiting = maxWaiting;
    this.#timeoutMs = timeoutMs;
  }

  enter(request: NaiveRequest): void {
    this.#requests.push(request);
    if (request.bytes > request.gates[1].maxBytes) request.outcome = "too large";
    else this.#knock(request);
  }

  tryEnter(request: NaiveRequest): boolean {
    if (!request.gates.every((gate) => gate.isOpen(request))) return false;
    this.#requests.push(request);
    this.#knock(request);
    return true;
  }

  release(request: NaiveRequest): void {
    if (request.outcome !== "admitted") return;
    request.outcome = "released";
    this.#giveBack(request, request.gates[1]);
    this.#giveBack(request, request.gates[0]);
  }

  abort(request: NaiveRequest): void {
    if (request.outcome === "waiting") this.#end(request, "aborted");
  }

  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [due] = this.#requests
        .filter(({ outcome, deadlineMs }) => outcome === "waiting" && deadlineMs <= untilMs)
        .sort((a, b) => a.deadlineMs - b.deadlineMs || a.timer - b.timer);
      if (!due) break;
      this.nowMs = due.deadlineMs;
      this.#end(due, "timed out");
    }
    this.nowMs = untilMs;
  }

  admit(gate: NaiveGate): void {
    for (;;) {
      const next = gate.queue.next();
      if (!next || !gate.fits(next)) return;
      gate.queue.take();
      this.#letIn(next, gate);
    }
  }

  #knock(request: NaiveRequest): void {
    const gate = request.gates[request.passed];
    if (!gate) return;
    if (gate.isOpen(request)) return this.#letIn(request, gate);
    if (request.deadlineMs === Infinity) {
      request.deadlineMs = this.nowMs + this.#timeoutMs;
      request.timer = this.#timers++;
    }
    let displaced: NaiveRequest | null = null;
    if (gate.queue.waiting.length >= this.#maxWaiting) {
      gate.queue.crowd = this.crowd;
      displaced = this.#maxWaiting === 0 ? null : gate.queue.displacedBy(request);
      if (!displaced) return this.#end(request, "full");
      gate.queue.remove(displaced);
    }
    gate.queue.add(request);
    if (displaced) this.#end(displaced, "turned away");
    this.admit(gate);
  }

  #letIn(request: NaiveRequest, gate: NaiveGate): void {
    gate.held.push(request);
    request.passed++;
    if (request.passed < 2) return this.#knock(request);
    request.outcome = "admitted";
    this.admitted.push(request.id);
  }

  #end(request: NaiveRequest, outcome: Outcome): void {
    request.outcome = outcome;
    const gate = request.gates[request.passed];
    if (gate?.queue.waiting.includes(request)) {
      gate.queue.remove(request);
      this.admit(gate);
    }
    if (request.passed === 1) this.#giveBack(request, request.gates[0]);
  }

  #giveBack(request: NaiveRequest, gate: NaiveGate): void {
    gate.held = gate.held.filter((other) => other !== request);
    this.admit(gate);
  }
}
