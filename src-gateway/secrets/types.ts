/** The gateway's own store of secrets: names and places can be listed, values only be used. */

export type SecretPlace = "keychain" | "file" | "database";

export interface StoredSecret {
  name: string;
  place: SecretPlace;
  /** Microseconds since 1970; null where the place does not tell. */
  updatedAtUs: number | null;
}

export interface SecretStore {
  /** Never with values. */
  list(): Promise<StoredSecret[]>;
  /** @throws GatewayError invalid_request for a name or value that cannot be kept, conflict where nothing can be kept. */
  put(name: string, value: string): Promise<StoredSecret>;
  /** False when there is none by that name. */
  remove(name: string): Promise<boolean>;
  /** Null when there is none. @throws GatewayError credential_missing when it cannot be opened. */
  read(name: string): Promise<string | null>;
  /** Another text whenever something was changed, by whomever; costs little. */
  version(): Promise<string>;
  /** What the last use told. A keychain that did not answer is looked at again now and then, which asks no person anything. */
  state(): SecretStoreState;
}

export interface SecretStoreState {
  /** Where the trouble is, else where secrets are kept. */
  kind: SecretPlace;
  /** `locked`: somebody has to unlock it; `missing`: no keychain, or no key; `failed`: there is something that cannot be read. */
  state: "open" | "locked" | "missing" | "failed";
  /** In words, without values; null while it is open. */
  problem: string | null;
}

/** Where sealed values lie. */
export interface SealedRows {
  place: "file" | "database";
  all(): Promise<SealedRow[]>;
  get(name: string): Promise<SealedRow | null>;
  put(row: SealedRow): Promise<void>;
  remove(name: string): Promise<boolean>;
  version(): Promise<string>;
}

export interface SealedRow {
  name: string;
  sealed: string;
  updatedAtUs: number;
}
