/**
 * What one connection remembers of its conversations, so that a client that has nothing stored can send what is new alone.
 * It is gone with the connection.
 */
import type { ItemsText } from "../../responses-state/types.ts";

export interface Transcript {
  /** What was asked and answered, in order. */
  add(id: string, previousId: string | null, items: ItemsText[]): void;
  /** Everything up to an answer, and the id before it all that is not known here; null when the answer is not. */
  upTo(id: string): { items: ItemsText[]; before: string | null } | null;
  /** In characters. */
  readonly size: number;
}

interface Turn {
  /** Known when this one came, so that no turn goes back to itself, whatever providers call their answers. */
  parent: Turn | null;
  /** The id before it, where there is no parent. */
  before: string | null;
  items: ItemsText[];
}

export function createTranscript(): Transcript {
  const turns = new Map<string, Turn>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(id, previousId, items) {
      const parent = (previousId === null ? null : turns.get(previousId)) ?? null;
      turns.set(id, { parent, before: parent ? null : previousId, items });
      size += items.reduce((sum, text) => sum + text.length, id.length);
    },
    upTo(id) {
      const last = turns.get(id);
      if (!last) return null;
      const found: ItemsText[][] = [];
      let first = last;
      for (let turn: Turn | null = last; turn; turn = turn.parent) {
        found.unshift(turn.items);
        first = turn;
      }
      return { items: found.flat(), before: first.before };
    },
  };
}
