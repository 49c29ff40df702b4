import { GatewayError } from "../ir/errors.ts";
import { keychainState } from "./keychain.ts";
import type { SecretPlace, SecretStoreState } from "./types.ts";

export interface StateWatch {
  /** Does the work and remembers how it ended. @param trouble what it is when it fails. */
  during<Result>(trouble: "missing" | "failed", work: () => Promise<Result>): Promise<Result>;
  /** What the last work, or the last question to the keychain, told. */
  state(): SecretStoreState;
}

/** How the store of secrets is, from what becomes of its use. @param kind where secrets are kept. */
export function watchState(kind: SecretPlace): StateWatch {
  let last: Pick<SecretStoreState, "state" | "problem"> = { state: "open", problem: null };
  return {
    async during(trouble, work) {
      try {
        const result = await work();
        last = { state: "open", problem: null };
        return result;
      } catch (error) {
        if (error instanceof GatewayError) last = { state: trouble, problem: error.message };
        throw error;
      }
    },
    state() {
      const keychain = keychainState();
      return keychain.state === "open" ? { kind, ...last } : { kind: "keychain", ...keychain };
    },
  };
}
