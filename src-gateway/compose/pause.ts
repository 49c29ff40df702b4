/** Whether this gateway takes new requests: a person can have it stop for a while without ending what is under way. */
import { GatewayError } from "../ir/errors.ts";

export interface Pause {
  isPaused(): boolean;
  /** The next request meets it; it lasts until somebody says otherwise, or the gateway is started anew. */
  set(isPaused: boolean): void;
  /** Told what was set here from now on. */
  onSet(listener: (isPaused: boolean) => void): void;
  /** As another worker was told. */
  follow(isPaused: boolean): void;
  /** Why a new request is turned away; null when it is not. */
  refusal(): GatewayError | null;
}

export function createPause(): Pause {
  let isPaused = false;
  const listeners: ((isPaused: boolean) => void)[] = [];
  return {
    isPaused: () => isPaused,
    set(wanted) {
      isPaused = wanted;
      for (const listener of listeners) listener(wanted);
    },
    onSet: (listener) => void listeners.push(listener),
    follow(wanted) {
      isPaused = wanted;
    },
    refusal: () =>
      isPaused
        ? new GatewayError(
            "paused",
            "The gateway is paused: what is under way goes on, nothing new is taken. Resume it, in the desktop app's menu or with POST /api/v1/gateway/resume.",
          )
        : null,
  };
}
