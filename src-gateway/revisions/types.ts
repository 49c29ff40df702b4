/** The configuration as a document that people and programs change, with every version of it that was ever in force. */
import type { SettingProblem, SettingsError } from "../settings/types.ts";

export type RevisionVia = "api" | "file" | "rollback";

export interface Revision {
  /** Counts up; the ETag of the document. */
  id: number;
  atUs: number;
  via: RevisionVia;
  /** Null where nobody is known: somebody wrote the file. */
  author: string | null;
  message: string | null;
  /** The revision that a rollback went back to. */
  basedOn: number | null;
  /** Of the text as it is kept. */
  sha256: string;
  /** How many secrets stood in it and were hidden. */
  hidden: number;
}

export interface RevisionWithText extends Revision {
  text: string;
}

/** A name in a list by its place, a member by its name, or an entry of a list by what it says: `{ id: "openai" }`. */
export type PathStep = string | number | Readonly<Record<string, string>>;

/** A small change that leaves comments and everything else as they are. */
export type ConfigOperation =
  /** Makes what is missing on the way. A map over a map changes what differs. */
  | { op: "set"; path: readonly PathStep[]; value: unknown }
  /** The last step is the place in a list, from 0; one behind its end appends. */
  | { op: "insert"; path: readonly PathStep[]; value: unknown }
  | { op: "remove"; path: readonly PathStep[] }
  /** `to` is the place in the same list afterwards. */
  | { op: "move"; path: readonly PathStep[]; to: number };

export interface DocumentProblem {
  /** From 1; null for what is about no place in the document. */
  line: number | null;
  column: number | null;
  key: string;
  problem: string;
  hint: string;
}

/** What differs, by what people call the parts. */
export interface NounChange {
  /** `providers`, `routes`, `aliases`, … */
  noun: string;
  name: string;
  change: "added" | "removed" | "changed" | "moved";
}

/** What runs, and the way to what should run. */
export interface InForce {
  /** Null where there is no document. */
  text(): string | null;
  check(text: string): SettingProblem[];
  /** @throws SettingsError */
  take(text: string): void;
  /** Reads what somebody may have written. */
  reload(): Promise<void>;
  lastProblem(): SettingsError | null;
  /** Why a newer version is not what runs. */
  refuse(error: SettingsError): void;
}

export interface DocumentState {
  /** Null while there is no document. */
  revision: Revision | null;
  /** Secrets hidden. */
  text: string;
  hidden: number;
  /** Why what is on disk, or a newer revision, is not in force. */
  problem: string | null;
}

export interface ChangeRequest {
  /** The whole text, or small changes to what is in force. */
  change: { text: string } | { operations: readonly ConfigOperation[] } | { rollbackTo: number };
  /** The revision that the change was made from; null takes whatever is in force. */
  base: number | null;
  author: string;
  message: string | null;
  /** Nothing is changed; the answer is what would be. */
  checkOnly: boolean;
  /** Also where somebody's file with mistakes would be lost. */
  overwrite: boolean;
  /** Throws where this author may not make this change, which is free of mistakes. Asked for a check as well. */
  mayApply(before: string, after: string): void;
}

export interface ChangeResult {
  /** False when it was only checked, is wrong, or changes nothing. */
  applied: boolean;
  /** What is in force now. */
  revision: Revision | null;
  problems: DocumentProblem[];
  changes: NounChange[];
  /** The text that is in force, or would be. */
  text: string;
  /** Lines in which a rollback could not restore a secret that was hidden. */
  missing: number[];
}

export interface ConfigDesk {
  document(): Promise<DocumentState>;
  /** @throws GatewayError precondition_failed where somebody was faster, conflict, invalid_request, not_found */
  change(request: ChangeRequest): Promise<ChangeResult>;
  /** Newest first, of this source. */
  list(question: { beforeId?: number; limit: number }): Promise<Revision[]>;
  find(id: number): Promise<RevisionWithText | null>;
  /** Looks whether somebody has changed it: another replica, or a person with an editor. */
  look(): Promise<void>;
}
