import type { Effort } from "./request.ts";

/** What a model accepts, as far as it changes how a request has to be written. Absent means: no limit is known. */
export interface ModelProfile {
  maxOutputTokens?: number;
  /** How thinking is asked for: a token budget, the model's own choice with an effort, a level; or it cannot think. */
  thinking?: "budget" | "adaptive" | "effort" | "level" | "none";
  /** The strengths of thinking that it knows, weakest first; absent when it takes any. */
  efforts?: readonly Effort[];
  /** The range that a thinking budget may have. */
  budget?: { min: number; max: number };
  /** False: refuses temperature, top_p, top_k and penalties. */
  sampling?: boolean;
  /** False: refuses a conversation that ends with the assistant's turn. */
  prefill?: boolean;
  /** False: a call must carry its thought signature (Gemini 3). */
  unsignedCalls?: boolean;
  /** True: tool results may carry media. */
  resultMedia?: boolean;
  /** False: has no structured output of its own. */
  structuredOutput?: boolean;
}
