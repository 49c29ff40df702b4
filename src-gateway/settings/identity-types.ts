/** What providers are told of who asks; nothing unless a rule says so. */
export const IDENTITY_FACTS = ["email", "id", "hashed-id", "team", "project"] as const;
export type IdentityFact = (typeof IDENTITY_FACTS)[number];

export interface IdentityRule {
  /** Patterns of provider ids; left out, all of them. */
  providers?: string[];
  /** Patterns of the model that the client asked for, as those of routes; left out, all of them. */
  models?: string[];
  send: IdentityFact;
  /** In lower case. One of the two is there. */
  header?: string;
  /** A member of a JSON body, or `outer.inner`. */
  field?: string;
  where: string;
}
