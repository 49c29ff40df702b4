/** Whether a text looks like a key itself, so that it is never taken from, or printed out of, a configuration file. */
const KEY_SHAPES = /^(?:sk-|sk_|tok_|AIza|gsk_|xai-|pplx-|r8_|hf_|nvapi-|ghp_|github_pat_|Bearer\s)/i;

export const looksLikeKey = (text: string): boolean => KEY_SHAPES.test(text.trim());

/** A value as it may be shown: nothing of a secret, not even its length. */
export const hideSecret = (value: string): string => (value === "" ? "" : "(hidden)");

/** The password of a database address. */
export const hideInUrl = (value: string): string => value.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, "$1:(hidden)@");
