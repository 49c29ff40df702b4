/** A conversation and its answer, in the words that all wires share. */
import type { Usage } from "./usage.ts";

export interface Conversation {
  turns: Turn[];
}

export interface Turn {
  role: "system" | "user" | "assistant";
  parts: Part[];
}

/** Bytes that are not text: held inline (base64), by address, or by a provider's file id. */
export type Blob = { data: string; mime: string } | { url: string; mime?: string } | { fileId: string };

export type Part =
  | { kind: "text"; text: string }
  | { kind: "image" | "document" | "audio"; blob: Blob }
  | { kind: "thinking"; text: string }
  /** `args`: the JSON text as it was received. */
  | { kind: "call"; id: string; name: string; args: string }
  | { kind: "result"; id: string; parts: Part[]; isError: boolean }
  /** Something this middle has no word for yet: its type, as the wire calls it. */
  | { kind: "unknown"; type: string };

/** A whole answer. */
export interface Answer {
  text: string;
  finish: "stop" | "length";
  usage: Usage;
}

/** The same as a stream: one start, deltas, one end. */
export type AnswerEvent =
  | { type: "start"; usage: Usage }
  | { type: "text"; text: string }
  | { type: "end"; finish: Answer["finish"]; usage: Usage; text: string };
