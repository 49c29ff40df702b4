/** Acts: what people and programs have changed in the gateway, who they were, and what was there before. */

/** What was done, as the handler that did it knows it. JSON values without secrets. */
export interface AdminAct {
  /** `noun.verb`: `user.create`, `api_key.revoke`, `config.reload`. */
  action: string;
  target: { kind: string; id: string | null; name: string | null };
  /** Null where there was nothing, or nothing is left. */
  before: unknown;
  after: unknown;
}

export interface Actor {
  /** Null for those who are no user: the operator at the machine, the gateway itself, somebody not signed in. */
  userId: number | null;
  email: string | null;
  apiKeyId: number | null;
  /** `local`: over the control socket; `open`: authentication is off, or nobody was signed in; `system`: the gateway. */
  via: "session" | "key" | "local" | "open" | "system";
}

export interface RecordedAct extends AdminAct {
  /** The place in the log, from 1 on without gaps. */
  id: number;
  atUs: number;
  actor: Actor;
  /** The network address that it came from; null for what did not come over a network. */
  address: string | null;
  requestId: string | null;
}

export type NewAct = AdminAct & Pick<RecordedAct, "actor" | "address" | "requestId">;

export interface Acts {
  /** Resolves when it is in the database. @throws the database's error; the act is in the gateway's own log then. */
  record(act: NewAct): Promise<RecordedAct>;
  /** Called with each act that this gateway has recorded; the answer ends that. */
  watch(watcher: (act: RecordedAct) => void): () => void;
}

/** All that are named have to fit. */
export interface ActFilter {
  actorUserId?: number;
  actorEmail?: string;
  /** `user.create`, or `user.*` for every act on users. */
  action?: string;
  targetKind?: string;
  targetId?: string;
  fromUs?: number;
  /** Not included. */
  toUs?: number;
}

export interface ActPage {
  /** Only those before this place. */
  beforeId?: number;
  limit: number;
}

export interface ChainReport {
  acts: number;
  isIntact: boolean;
  /** The first place that is not as it was written, or follows a gap; null when all are. */
  firstWrong: number | null;
  /** Of the newest act, to be kept elsewhere; null where there is none. */
  head: { id: number; hash: string } | null;
}

export interface AuditLog extends Acts {
  /** Newest first. */
  list(filter: ActFilter, page: ActPage): Promise<RecordedAct[]>;
  /** Oldest first, read in pieces. */
  all(filter: ActFilter): AsyncIterable<RecordedAct>;
  /** Looks whether anybody has changed, removed or added a row. */
  verify(): Promise<ChainReport>;
  /** Removes those that are older, and records that. @returns how many. */
  prune(beforeUs: number): Promise<number>;
}
