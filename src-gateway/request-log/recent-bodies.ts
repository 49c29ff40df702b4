/** The last request of each running conversation, as it was before it was packed; bounded in bytes. */
import type { ChainEnd } from "../store/body-rows.ts";

export interface RecentBody {
  end: ChainEnd;
  bytes: Buffer;
  spoken: readonly string[];
}

const MAX_BYTES = 48 * 1024 * 1024;

export class RecentBodies {
  private readonly bodies = new Map<string, RecentBody>();
  private heldBytes = 0;

  find(conversation: string): RecentBody | null {
    return this.bodies.get(conversation) ?? null;
  }

  keep(conversation: string, body: RecentBody): void {
    this.drop(conversation);
    this.bodies.set(conversation, body);
    this.heldBytes += sizeOf(body);
    for (const oldest of this.bodies.keys()) {
      if (this.heldBytes <= MAX_BYTES) return;
      this.drop(oldest);
    }
  }

  clear(): void {
    this.bodies.clear();
    this.heldBytes = 0;
  }

  private drop(conversation: string): void {
    const body = this.bodies.get(conversation);
    if (!body) return;
    this.heldBytes -= sizeOf(body);
    this.bodies.delete(conversation);
  }
}

/** The texts are about as long as the bytes again. */
const sizeOf = ({ bytes }: RecentBody): number => bytes.length * 2;
