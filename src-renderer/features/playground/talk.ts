/** What stands on the playground: the words that all four protocols share, and how each is called in them. */

/** The protocols that the gateway's clients speak. */
export const CLIENT_WIRES = ["openai-chat", "openai-responses", "anthropic-messages", "gemini-content"] as const;
export type ClientWire = (typeof CLIENT_WIRES)[number];

export const EFFORTS = ["none", "low", "medium", "high"] as const;
export type Effort = (typeof EFFORTS)[number];

export interface Picture {
  name: string;
  mime: string;
  /** Base64. */
  data: string;
}

/** A function that the model may call; it is never run here. */
export interface Tool {
  name: string;
  description?: string;
  parameters?: object;
}

export interface Options {
  system: string;
  maxTokens: number | null;
  temperature: number | null;
  effort: Effort | null;
  /** As it was typed: a JSON list. */
  tools: string;
}

export interface Turn {
  role: "user" | "assistant";
  text: string;
  pictures: readonly Picture[];
}

/** An event of an answer as it came over the wire. */
export interface WireEvent {
  /** Since the request was sent. */
  atMs: number;
  event: string | null;
  data: string;
}

export interface Call {
  name: string;
  args: string;
}

/** An answer as far as it has come. */
export interface Answer {
  text: string;
  thinking: string;
  calls: readonly Call[];
  finish: string | null;
  /** What went wrong within the stream, in the provider's or the gateway's words. */
  error: string | null;
}

export const NO_ANSWER: Answer = { text: "", thinking: "", calls: [], finish: null, error: null };
