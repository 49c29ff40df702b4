/**
 * May this go on now? Admission: how much is in flight, and who waits in which order. Four limits, each with a queue of
 * its own: the process (requests, and bytes of their bodies), a client key, a provider, and one key of a provider.
 * Pure: time, timers and maxima are arguments.
 */

import type { Leaving } from "../lib/leaving.ts";

/** 0 is the most urgent. */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface AdmissionRequest {
  priority: Priority;
  /** Who is weighed against whom in fair queueing: the client key. */
  owner: string;
  /** Bytes of the body, for the process's own limit. */
  bytes: number;
  signal: Leaving;
  /** Told when the request has to wait, and whenever it moves up; 1 is next. Counts anew when it waits for another limit. */
  onPosition(position: number): void;
  /** The longest wait, where it is shorter than the one of the settings. */
  maxWaitMs?: number;
}

export interface Permit {
  /** Gives the place back; later calls are without effect. */
  release(): void;
}

export interface AdmissionTarget {
  provider: string;
  key: string;
}

export interface Admission {
  /** The permit when the request may go on at once; null when `enter` would wait or refuse. */
  tryEnter(request: AdmissionRequest): Permit | null;
  /**
   * Resolves when the request may go on.
   * @throws GatewayError overloaded when the queue is full or the wait was too long, body_too_large when the body alone is
   * larger than all bodies may be together; the signal's reason when it aborts.
   */
  enter(request: AdmissionRequest): Promise<Permit>;
  /** The same two for one target: a provider, and a key of it. */
  tryEnterTarget(target: AdmissionTarget, request: AdmissionRequest): Permit | null;
  enterTarget(target: AdmissionTarget, request: AdmissionRequest): Promise<Permit>;
  /** Maxima may have changed: lets in whoever fits now. */
  refresh(): void;
  status(): AdmissionStatus;
}

export interface AdmissionStatus {
  /** Requests that hold a permit of the process, and the bytes of their bodies. */
  inFlight: number;
  bytes: number;
  /** Those that wait for any limit. */
  waiting: number;
  /** One line for each limit that something is in flight or waiting under. */
  limits: LimitStatus[];
}

export interface LimitStatus {
  limit: Limit;
  inFlight: number;
  waiting: number;
  /** Null when the limit is off. */
  maximum: number | null;
}

export type Limit =
  | { kind: "process" }
  | { kind: "client-key"; owner: string }
  | { kind: "provider"; provider: string }
  | { kind: "provider-key"; provider: string; key: string };

/** The maxima that change while the gateway runs; they are asked anew each time. Null is no limit. */
export interface ConcurrencyMaxima {
  provider(id: string): number | null;
  providerKey(provider: string, key: string): number | null;
  clientKey(owner: string): number | null;
}

/** Calls back once after so many milliseconds, unless the returned function was called before. */
export type Schedule = (callback: () => void, delayMs: number) => () => void;
