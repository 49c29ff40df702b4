/** A gateway on its way to another computer: what one file holds, and what taking it in would change. */
import type { FlagRule } from "../flags/types.ts";

/** Users, teams, projects and client keys, as they refer to each other by uuid. */
export interface People {
  users: { uuid: string; email: string; role: string; name: string; status: string; kind: string }[];
  teams: { uuid: string; name: string; members: { user: string; role: string }[] }[];
  projects: { uuid: string; name: string; team: string | null; members: string[] }[];
  /** Hashes, which are worth nothing without the secret that keyed them. */
  keys: MovedKey[];
}

export interface MovedKey {
  uuid: string;
  user: string;
  name: string;
  hash: string;
  prefix: string;
  /** JSON, as the database has them. */
  scopes: string;
  limits: string | null;
  addresses: string | null;
  expiresAtUs: number | null;
  team: string | null;
  project: string | null;
}

export type TransferPart =
  | { part: "configuration"; text: string }
  /** A provider's key, under the name that the configuration gives it. */
  | { part: "secret"; name: string; value: string }
  | { part: "flag"; name: string; rule: FlagRule }
  /** `environment`: set by a variable there, which no file can set here. */
  | { part: "setting"; key: string; value: string; from: "file" | "environment" }
  | { part: "people"; people: People }
  /** Keyed the hashes of the client keys. */
  | { part: "auth-secret"; value: string }
  /** What could not come along, for people. */
  | { part: "note"; text: string };

/** The databases, as `gateway backup` writes them. */
export interface LedgerPart {
  part: "ledger";
  bytes: number;
  content: AsyncIterable<Buffer>;
}

export interface TransferAbout {
  /** ISO. */
  createdAt: string;
  /** The version that wrote it. */
  gateway: string;
  isSealed: boolean;
}

/** `left`: stays as it is here, or cannot come along; the note says why. */
export type TransferChange = "added" | "changed" | "same" | "left";

export interface TransferItem {
  part: "configuration" | "secret" | "flag" | "setting" | "user" | "team" | "project" | "key" | "ledger" | "note";
  name: string;
  change: TransferChange;
  note: string | null;
}

export interface TransferReport {
  about: TransferAbout;
  items: TransferItem[];
  /** Why nothing can be taken in; empty when all is well. */
  problems: string[];
  applied: boolean;
}
