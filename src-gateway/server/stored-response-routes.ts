/** The paths on which clients ask for a response by its id. Pure. */
export type StoredResponseAction = "retrieve" | "delete" | "cancel" | "input-items";

const BY_ID = /^\/v1\/responses\/([^/]{1,200})(\/cancel|\/input_items)?$/;

const ACTIONS: Readonly<Record<string, StoredResponseAction>> = {
  "GET ": "retrieve",
  "HEAD ": "retrieve",
  "DELETE ": "delete",
  "POST /cancel": "cancel",
  "GET /input_items": "input-items",
  "HEAD /input_items": "input-items",
};

/** Null for everything else below `/v1/responses/`, which may be new at OpenAI and is for a provider to answer. */
export function matchStoredResponse(method: string, path: string): { action: StoredResponseAction; id: string } | null {
  const [, id, call = ""] = BY_ID.exec(path) ?? [];
  const action = ACTIONS[`${method} ${call}`];
  return id === undefined || action === undefined ? null : { action, id };
}
