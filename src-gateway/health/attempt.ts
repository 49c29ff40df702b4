import type { Passage } from "./circuit.ts";
import type { AttemptOutcome, AttemptTicket, HealthTarget } from "./types.ts";

/** Who learns from attempts. */
export interface AttemptListener {
  answering(attempt: Attempt): void;
  end(attempt: Attempt, outcome: AttemptOutcome): void;
}

/** Where nothing is known yet. */
export const FREE: Passage = { generation: 0, isProbe: false };

/** An attempt that is under way. */
export class Attempt implements AttemptTicket {
  readonly target: HealthTarget;
  readonly beganMs: number;
  /** By which it went through the circuits of the provider and of the model. */
  provider: Passage = FREE;
  model: Passage = FREE;
  private readonly listener: AttemptListener;
  private hasEnded = false;

  constructor(target: HealthTarget, beganMs: number, listener: AttemptListener) {
    this.target = target;
    this.beganMs = beganMs;
    this.listener = listener;
  }

  answering(): void {
    // Content says nothing new of what is known to work.
    if (!this.hasEnded && (this.provider.isProbe || this.model.isProbe)) this.listener.answering(this);
  }

  end(outcome: AttemptOutcome): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.listener.end(this, outcome);
  }
}
