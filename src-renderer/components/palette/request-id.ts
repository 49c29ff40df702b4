/** As long as the beginning of a request id has to be before it is taken for one. */
const MIN_LENGTH = 6;

/** The gateway's own ids begin alike, and some have no digit; those that clients give are told from words by having one. */
export const isRequestId = (text: string): boolean =>
  text.length >= MIN_LENGTH && /^[\w-]+$/.test(text) && (text.startsWith("req_") || /\d/.test(text));
