/** A request for an answer, in the words that all wires share. Decoders fill it in, `protocols/adapt` fits it to a target, encoders spell it. */
import type { JsonObject } from "./json.ts";
import type { Tool, ToolChoice, Turn } from "./part.ts";
import type { WireProtocol } from "./protocol.ts";

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

export interface Reasoning {
  effort?: Effort;
  /** Tokens to think with; 0 is "do not think", -1 leaves it to the model (Gemini). */
  budgetTokens?: number;
  /** Anthropic's `thinking.type`. */
  mode?: "off" | "manual" | "adaptive";
  /** How much of it the client wants to see; absent is the wire's default. */
  show?: "none" | "summary" | "full";
  home?: JsonObject;
}

export interface OutputFormat {
  kind: "text" | "json" | "schema";
  name?: string;
  description?: string;
  schema?: JsonObject;
  strict?: boolean | null;
  home?: JsonObject;
}

export interface IrRequest {
  /** The wire that the client speaks. */
  source: WireProtocol;
  model: string;
  stream: boolean;
  /** The client asked for usage in its stream. */
  wantsUsage: boolean;
  turns: Turn[];
  /** Empty when there are none. */
  tools: Tool[];
  toolChoice?: ToolChoice;
  parallelTools?: boolean;
  output?: OutputFormat;
  maxOutputTokens?: number;
  stop?: string[];
  temperature?: number;
  topP?: number;
  topK?: number;
  seed?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  /** How many answers are wanted. */
  candidates?: number;
  logprobs?: { top?: number };
  reasoning?: Reasoning;
  verbosity?: string;
  cacheKey?: string;
  endUser?: string;
  metadata?: JsonObject;
  /** As the client's wire spells it. */
  serviceTier?: string;
  store?: boolean;
  previousId?: string;
  /**
   * Top-level fields that only the client's wire knows, by their names there, and spellings, under names that begin
   * with `$`.
   */
  home: JsonObject;
}
