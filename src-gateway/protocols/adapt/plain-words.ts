/** An answer of one wire in words that clients of another one know, before its calls and its state are restored. */
import type { IrEvent } from "../../ir/answer.ts";
import type { Citation, Part } from "../../ir/part.ts";
import type { ProviderWire, WireProtocol } from "../../ir/protocol.ts";

export interface PlainWords {
  push(event: IrEvent): IrEvent;
  /** The next delta would be left as it is. */
  passesText(): boolean;
}

const BREAK = "\n\n";

export function createPlainWords(provider: ProviderWire, client: WireProtocol): PlainWords {
  // Responses says one message behind another; these clients run all of an answer's text into one.
  const runsTogether = provider === "openai-responses" && (client === "openai-chat" || client === "gemini-content");
  let before: Part["kind"] | null = null;
  let open: Part["kind"] | null = null;
  let needsBreak = false;
  /** How far the open text has moved. */
  let shift = 0;

  return {
    passesText: () => !needsBreak,
    push(event) {
      switch (event.type) {
        case "part-start":
          open = event.part.kind;
          needsBreak = runsTogether && open === "text" && before === "text";
          shift = 0;
          return event;
        case "delta":
          if (!needsBreak) return event;
          needsBreak = false;
          shift = BREAK.length;
          return { type: "delta", text: BREAK + event.text };
        case "citation":
          return { type: "citation", citation: moved(event.citation, shift) };
        case "part-end":
          before = open;
          return event;
        case "part":
          before = event.part.kind;
          return event;
        case "end":
          return withTier(event, client);
        default:
          return event;
      }
    },
  };
}

/** Without what only its own wire has a word for. */
function moved(citation: Citation, shift: number): Citation {
  const { home: _, ...known } = citation;
  return {
    ...known,
    ...(known.start === undefined ? {} : { start: known.start + shift }),
    ...(known.end === undefined ? {} : { end: known.end + shift }),
  };
}

/** What OpenAI's clients know, and what Anthropic calls the first of them. */
const TIERS: ReadonlySet<string> = new Set(["default", "auto", "flex", "scale", "priority"]);

function withTier(event: Extract<IrEvent, { type: "end" }>, client: WireProtocol): IrEvent {
  const { serviceTier, ...rest } = event;
  const tier = tierFor(serviceTier, client);
  if (tier === serviceTier) return event;
  return tier === undefined ? rest : { ...rest, serviceTier: tier };
}

export function tierFor(said: string | undefined, client: WireProtocol): string | undefined {
  if (said === undefined || !client.startsWith("openai-")) return said;
  const tier = said === "standard" ? "default" : said;
  return TIERS.has(tier) ? tier : undefined;
}
