/** May this go on now? Admission: how much is in flight, and who waits in which order. */

/** 0 is the most urgent. */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface AdmissionRequest {
  priority: Priority;
  /** Who is weighed against whom in fair queueing: the client key. */
  owner: string;
  /** Bytes of the body, for the process's own limit. */
  bytes: number;
  signal: AbortSignal;
  /** Told when the request has to wait, and whenever it moves up; 1 is next. */
  onPosition(position: number): void;
}

export interface Permit {
  release(): void;
}

export interface Admission {
  /**
   * Resolves when the request may go on.
   * @throws GatewayError overloaded when the queue is full or the wait was too long; the signal's reason when it aborts.
   */
  enter(request: AdmissionRequest): Promise<Permit>;
  /** The same for one target: a provider, and a key of it. */
  enterTarget(target: { provider: string; key: string }, request: AdmissionRequest): Promise<Permit>;
  status(): { inFlight: number; waiting: number; bytes: number };
}
