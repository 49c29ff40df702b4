/** Turns of one conversation stay where their prompt is cached. */

export interface Home {
  provider: string;
  key: string;
  model: string;
}

export interface Affinity {
  /** Where the conversation's last turns went; null for a new one, or one that is forgotten. */
  homeOf(conversation: string): Home | null;
  /** An answer came from there. */
  settle(conversation: string, home: Home): void;
}

/** How much of a prompt is the same as in the turn before, as the provider got it. */
export interface PrefixReport {
  /** Bytes of the pieces up to the first that differs. */
  sharedBytes: number;
  /** Bytes of all pieces: tools, system prompt, messages. */
  totalBytes: number;
  /** Null when the turn before was only added to. */
  firstDifference: {
    /**
     * Where it differs, for example `system[0]`, `tools[3]`, `messages[12]`, as the provider's wire calls it; `provider`,
     * `key` or `model` when the turn before went elsewhere.
     */
    path: string;
    /** The client sent something else, or the same client's words left the gateway in another form. */
    by: "client" | "gateway";
  } | null;
}
