import type { GatewayEvent } from "./types.ts";

const MAX_VALUE = 200;

/** One event in one line, for people in a chat. */
export function chatText({ type, metadata, user_id }: GatewayEvent): string {
  const facts = Object.entries(metadata)
    .filter(([, value]) => value !== null && value !== "" && value !== undefined)
    .map(([name, value]) => `${name.replaceAll("_", " ")}: ${shown(value)}`);
  const whose = user_id === null ? [] : [`user: ${user_id}`];
  return [`*${titleOf(type)}*`, ...[...facts, ...whose].map(harmless)].join(" · ");
}

/** `gateway.provider.down` is "Provider down". */
function titleOf(type: string): string {
  const words = type.replace(/^gateway\./, "").replace(/[._]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value)).slice(0, MAX_VALUE);

/** In a chat, `<!channel>` and `<https://…|text>` would be orders. */
const harmless = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(/\s+/g, " ");
