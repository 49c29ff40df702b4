/** A field of a request or an answer that did not arrive as it was sent, and what became of it. */
export interface Loss {
  /** Path of the field in the client's own protocol, for example `tools[].strict`. */
  field: string;
  verdict: "dropped" | "emulated" | "clamped";
  /** One sentence for the person who reads the log. */
  note: string;
}

/** Losses as one header value, for example `dropped=top_k, emulated=response_format`; cut at a length that every client takes. */
export function lossesHeader(losses: readonly Loss[]): string {
  const text = losses.map((loss) => `${loss.verdict}=${loss.field.replace(/[^\x21-\x2b\x2d-\x7e]/g, "_")}`).join(", ");
  return text.length <= 1_000 ? text : `${text.slice(0, text.lastIndexOf(",", 980))}, more`;
}
