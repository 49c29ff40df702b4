/**
 * Clients of Gemini give back the signature of a call and forget the thoughts before it. A provider of another wire may
 * refuse to go on without them, so they travel inside that signature, text and all.
 */
import type { IrEvent } from "../../ir/answer.ts";

export interface CarriedThought {
  text: string;
  /** Empty when the provider signed nothing. */
  value: string;
  redacted?: true;
}

export interface ThoughtCarrier {
  push(event: IrEvent): void;
  /** What was thought since the last call, once. */
  take(): CarriedThought[];
}

export function createThoughtCarrier(): ThoughtCarrier {
  let carried: CarriedThought[] = [];
  let open: { texts: string[]; value: string } | null = null;
  return {
    push(event) {
      switch (event.type) {
        case "part-start":
          open = event.part.kind === "thinking" ? { texts: [], value: "" } : null;
          return;
        case "delta":
          open?.texts.push(event.text);
          return;
        case "opaque":
          if (open) open.value = event.opaque.value;
          return;
        case "part-end":
          if (open) carried.push({ text: open.texts.join(""), value: open.value });
          open = null;
          return;
        case "part":
          if (event.part.kind === "thinking" && event.part.opaque)
            carried.push({ text: event.part.text, value: event.part.opaque.value, redacted: true });
          return;
        default:
      }
    },
    take() {
      const taken = carried;
      carried = [];
      return taken;
    },
  };
}
