/** A field of a request or an answer that did not arrive as it was sent, and what became of it. */
export interface Loss {
  /** Path of the field in the client's own protocol, for example `tools[2].strict`. */
  field: string;
  verdict: "dropped" | "emulated" | "clamped";
  /** One sentence for the person who reads the log. */
  note: string;
}
