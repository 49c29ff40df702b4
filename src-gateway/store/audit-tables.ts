/** Acts of administrators, and answers that are kept for those who ask the same twice. */

export interface AuditLogTable {
  /** The place in the chain, from 1 on. */
  id: number;
  made_at: number;
  action: string;
  target_kind: string;
  target_id: string | null;
  target_name: string | null;
  actor_user_id: number | null;
  actor_email: string | null;
  actor_key_id: number | null;
  actor_via: string;
  address: string | null;
  request_id: string | null;
  /** Over the row and the hash of the row before it. */
  hash: string;
  /** JSON. */
  state_before: string | null;
  state_after: string | null;
}

export interface IdempotencyKeysTable {
  /** Whose key it is. */
  owner: string;
  /** SHA-256 of the key; who has only the database cannot open the answer. */
  key_hash: string;
  /** SHA-256 of what was asked. */
  request_hash: string;
  made_at: number;
  expires_at: number;
  /** Null while the request runs, and for ever when its gateway has died meanwhile. */
  status: number | null;
  /** Sealed. */
  answer: string | null;
}
