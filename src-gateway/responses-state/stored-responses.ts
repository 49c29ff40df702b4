/**
 * What clients of Responses rely on OpenAI to remember: an answer by its id, and all that went before it.
 *
 * Where the provider of an answer speaks another wire, nobody but the gateway can remember it. Each answer is kept with the
 * items that were new in its request, so that a conversation is a chain and not a pile of copies.
 */
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { describeError } from "../store/database-errors.ts";
import type { ResponseRepository } from "../store/stored-responses.ts";
import { insideOfList, outputOf } from "./item-texts.ts";
import { listItems } from "./list-items.ts";
import type { ItemListQuery, ItemsText, ResponseEntry, StoredResponses } from "./types.ts";

export interface StoredResponsesOptions {
  repository: ResponseRepository;
  clock: Pick<Clock, "nowUs">;
  log: Logger;
  /** 0 keeps nothing. */
  keepDays: number;
  /** The longest history that is read, in characters; a request that goes on from more could not be sent anyway. */
  maxHistory: number;
  /** Characters that may wait for a database that does not take them. */
  maxWaiting?: number;
  sweepEveryMs?: number;
}

const DAY_US = 86_400_000_000;
/** A statement that drops more would hold up the streams of the process. */
const DROP_AT_ONCE = 100;

export function createStoredResponses(options: StoredResponsesOptions): StoredResponses {
  return new Keeper({ maxWaiting: 64 * 1024 * 1024, sweepEveryMs: 3_600_000, ...options });
}

interface Waiting {
  entry: ResponseEntry;
  written: Promise<void>;
}

class Keeper implements StoredResponses {
  private readonly options: Required<StoredResponsesOptions>;
  /** Not written yet. A client may ask for an answer the moment it has it. */
  private readonly waiting = new Map<string, Waiting>();
  private waitingSize = 0;
  private readonly timer: NodeJS.Timeout;
  private sweeping: Promise<void> | null = null;
  private isStopped = false;

  constructor(options: Required<StoredResponsesOptions>) {
    this.options = options;
    this.timer = setInterval(() => this.sweep(), options.sweepEveryMs);
    this.timer.unref();
    this.sweep();
  }

  async history(id: string, owner: string): Promise<ItemsText[] | null> {
    const { repository, clock, maxHistory } = this.options;
    const recent: ResponseEntry[] = [];
    let at: string | null = id;
    for (;;) {
      const entry: ResponseEntry | null = at === null ? null : this.waitingFor(at, owner);
      if (!entry) break;
      recent.unshift(entry);
      at = entry.previousId;
    }
    const older = at === null ? [] : await repository.chain(at, owner, clock.nowUs(), maxHistory);
    if (older === "missing") return null;
    const links = older === "too-large" ? [] : [...older.map(fromLink), ...recent];
    if (older === "too-large" || links.reduce((sum, link) => sum + sizeOf(link), 0) > maxHistory) {
      throw new GatewayError(
        "body_too_large",
        "The conversation that previous_response_id stands for has grown larger than a request may be. Begin a new one.",
        { param: "previous_response_id" },
      );
    }
    return links.flatMap((link) => [link.items, outputOf(link.response)].filter((text) => text !== null));
  }

  save(entry: ResponseEntry): void {
    const { keepDays, maxWaiting, log } = this.options;
    if (keepDays === 0 || this.isStopped) return;
    const size = sizeOf(entry);
    if (this.waitingSize + size > maxWaiting) {
      log.warn({ responseId: entry.id, size }, "the database is behind; this response cannot be gone on from");
      return;
    }
    this.waitingSize += size;
    const written = this.write(entry).finally(() => {
      this.waiting.delete(entry.id);
      this.waitingSize -= size;
    });
    this.waiting.set(entry.id, { entry, written });
  }

  async get(id: string, owner: string): Promise<string | null> {
    return (await this.find(id, owner))?.response ?? null;
  }

  async delete(id: string, owner: string): Promise<boolean> {
    if (this.waitingFor(id, owner)) await this.waiting.get(id)?.written;
    return this.options.repository.delete(id, owner);
  }

  async inputItems(id: string, owner: string, query: ItemListQuery): Promise<unknown> {
    const found = await this.find(id, owner);
    return found && listItems(id, found.items, query);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await Promise.all([...this.waiting.values()].map(({ written }) => written));
    await this.sweeping;
  }

  private waitingFor(id: string, owner: string): ResponseEntry | null {
    const entry = this.waiting.get(id)?.entry;
    return entry?.owner === owner ? entry : null;
  }

  private async find(id: string, owner: string): Promise<Link | null> {
    const { repository, clock } = this.options;
    const recent = this.waitingFor(id, owner);
    if (recent) return recent;
    const found = await repository.find(id, owner, clock.nowUs());
    return found && fromLink(found);
  }

  /** Never rejects. */
  private async write({ items, ...entry }: ResponseEntry): Promise<void> {
    const { repository, clock, log, keepDays } = this.options;
    const now = clock.nowUs();
    const times = { createdAtUs: now, expiresAtUs: now + keepDays * DAY_US };
    // A link is never there without those before it.
    if (entry.previousId !== null) await this.waiting.get(entry.previousId)?.written;
    try {
      await repository.insert({ ...entry, ...times, input: `[${items ?? ""}]` });
    } catch (error) {
      log.warn(
        { responseId: entry.id, ...describeError(error) },
        "a response could not be stored; it cannot be gone on from",
      );
    }
  }

  private sweep(): void {
    this.sweeping ??= this.dropExpired().finally(() => {
      this.sweeping = null;
    });
  }

  private async dropExpired(): Promise<void> {
    const { repository, clock, log } = this.options;
    try {
      while (!this.isStopped && (await repository.deleteExpired(clock.nowUs(), DROP_AT_ONCE)) === DROP_AT_ONCE);
    } catch (error) {
      log.warn(describeError(error), "expired responses could not be dropped; this is tried again");
    }
  }
}

type Link = Pick<ResponseEntry, "items" | "response">;

const sizeOf = ({ items, response }: Link): number => (items?.length ?? 0) + response.length;
const fromLink = (row: { input: string; response: string }): Link => ({
  items: insideOfList(row.input),
  response: row.response,
});
