/** Listens to the events of an answer and puts together what the connection has to remember of it. Pure. */
import { scanJson } from "../../lib/json-scan.ts";
import { insideOfList } from "../../responses-state/item-texts.ts";
import type { ItemsText } from "../../responses-state/types.ts";

export interface AnswerListener {
  /** @param event one event, JSON. */
  hear(event: Buffer): void;
  /** Null until the answer has come to its end. */
  answer(): { id: string; items: ItemsText | null } | null;
}

/** The type is the first member of nearly every event; the events of interest are large, and are looked at closer then. */
const OF_INTEREST = /"response\.(?:output_item\.done|completed|incomplete)"/;
const LOOKED_AT_BYTES = 200;

export function createAnswerListener(): AnswerListener {
  const items: string[] = [];
  let answer: { id: string; items: ItemsText | null } | null = null;
  return {
    hear(event) {
      if (!OF_INTEREST.test(event.toString("latin1", 0, LOOKED_AT_BYTES))) return;
      const text = memberReader(event);
      const type = text("type");
      if (type === '"response.output_item.done"') {
        const item = text("item");
        if (item !== null) items.push(item);
      } else if (type === '"response.completed"' || type === '"response.incomplete"') {
        const response = text("response");
        if (response !== null) answer = readResponse(response, items);
      }
    },
    answer: () => answer,
  };
}

/** Some providers leave the list empty in the last event, because the items have all been sent. */
function readResponse(response: string, sent: string[]): { id: string; items: ItemsText | null } | null {
  const text = memberReader(Buffer.from(response));
  const id: unknown = JSON.parse(text("id") ?? "null");
  if (typeof id !== "string") return null;
  const output = text("output") ?? "[]";
  const listed = output.startsWith("[") ? insideOfList(output) : null;
  return { id, items: listed ?? (sent.length === 0 ? null : sent.join(",")) };
}

/** The JSON text of members, null where they are not there. */
function memberReader(bytes: Buffer): (name: string) => string | null {
  const { members } = scanJson(bytes);
  return (name) => {
    const member = members.get(name);
    return member ? bytes.toString("utf8", member.start, member.end) : null;
  };
}
