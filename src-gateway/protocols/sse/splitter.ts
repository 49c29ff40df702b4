/** Cuts the bytes of a server-sent event stream into frames, without copying what it can leave in place. */
export interface SseFrame {
  /** The frame's own bytes, its closing blank line included. */
  raw: Buffer;
  /** The `event:` field; null when there is none. */
  event: string | null;
  /** The `data:` lines joined by LF; null for a comment or a blank keep-alive. */
  data: Buffer | null;
}
