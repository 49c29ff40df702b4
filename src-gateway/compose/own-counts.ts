/** Counts exchanges beside their providers, when they are over: for the row, and for usage that nobody reported. */
import type { ExchangeWorld, Inbound } from "../exchange/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { WIRE_OF_SURFACE } from "../ir/protocol.ts";
import { NO_USAGE } from "../ir/usage.ts";
import { listenTo } from "../request-log/listen.ts";
import type { HeardBodies } from "../request-log/types.ts";
import { type OwnCountOf, writeOwnCounts } from "../store/own-counts.ts";
import { createOwnCounter } from "../token-count/own-counter.ts";
import type { ExchangeToCount } from "../token-count/types.ts";
import type { Books } from "./books.ts";
import type { Parts } from "./parts.ts";

export interface OwnCounts {
  records: ExchangeWorld["records"];
  /** For the exchange's world: bodies are held only of exchanges that may be counted. */
  listening(world: Pick<ExchangeWorld, "listen">): Pick<ExchangeWorld, "listen">;
  /** What is being counted is finished, or left out. */
  stop(): Promise<void>;
}

const SAMPLE_OF = 20;
/** Counts of a moment are written in one go. */
const WRITE_AFTER_MS = 200;
/** A stop waits for counts no longer than this. */
const STOP_PATIENCE_MS = 5_000;
const CONVERSATIONS = ["chat", "responses", "messages", "gemini"] as const;
const isConversation = (surface: string): surface is (typeof CONVERSATIONS)[number] =>
  (CONVERSATIONS as readonly string[]).includes(surface);

export function countBeside(parts: Parts, books: Pick<Books, "records" | "writer">): OwnCounts {
  const { mode, estimatesMissing } = parts.settings.ownCounts;
  if (mode === "off" && !estimatesMissing) {
    return { records: books.records, listening: () => ({}), stop: async () => {} };
  }
  return new CountBeside(parts, books);
}

class CountBeside implements OwnCounts {
  readonly records: ExchangeWorld["records"];
  private readonly parts: Parts;
  private readonly books: Pick<Books, "records" | "writer">;
  private readonly counter = createOwnCounter();
  private readonly counting = new Set<Promise<void>>();
  private counted: OwnCountOf[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(parts: Parts, books: Pick<Books, "records" | "writer">) {
    this.parts = parts;
    this.books = books;
    this.records = {
      open: (record) => books.records.open(record),
      close: (record, heard) => this.close(record, heard),
    };
  }

  listening({ listen }: Pick<ExchangeWorld, "listen">): Pick<ExchangeWorld, "listen"> {
    const { maxBodyBytes } = this.parts.settings.requestLog;
    return {
      listen: (inbound) => {
        const logged = listen?.(inbound) ?? inbound;
        return logged.heard || !this.mayBeCounted(logged) ? logged : listenTo(logged, maxBodyBytes);
      },
    };
  }

  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_PATIENCE_MS);
    });
    await Promise.race([Promise.all(this.counting), patience]);
    clearTimeout(timer);
    // Those that are still being counted are closed by this without a count.
    await this.counter.close();
    await Promise.all(this.counting);
    this.write();
    await this.writing;
  }

  private close(record: ExchangeRecord, heard: HeardBodies | undefined): Promise<ExchangeRecord> | undefined {
    const asked = heard && exchangeOf(record, heard);
    const isMissing = this.parts.settings.ownCounts.estimatesMissing && record.usageSource === "none";
    if (!asked || !(isMissing || this.isChosen(record.id))) return this.books.records.close(record);
    // What is known is written at once; only what nobody reported has to wait for the count.
    if (!isMissing) this.books.records.close(record);
    const counting = this.counter.count(asked).catch(() => null);
    const written = counting.then((own) => {
      if (!isMissing) {
        if (own) this.keep({ id: record.id, ...own });
        return own && record.usageSource === "none" ? { ...record, ...estimateOf(own) } : record;
      }
      const counted = own ? { ...record, ...estimateOf(own), own } : record;
      this.books.records.close(counted);
      return counted;
    });
    const over = written.then(() => void this.counting.delete(over));
    this.counting.add(over);
    // Budgets count with it, too, where the row has nothing else.
    return record.usageSource === "none" ? written : undefined;
  }

  private mayBeCounted({ id, target }: Inbound): boolean {
    if (!this.parts.configuration.flags.isOn("own_count")) return false;
    return isConversation(target.surface) && (this.parts.settings.ownCounts.estimatesMissing || this.isChosen(id));
  }

  private isChosen(id: number): boolean {
    const { mode } = this.parts.settings.ownCounts;
    return mode === "all" || (mode === "sample" && id % SAMPLE_OF === 0);
  }

  private keep(count: OwnCountOf): void {
    this.counted.push(count);
    this.timer ??= setTimeout(() => this.write(), WRITE_AFTER_MS);
  }

  private write(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const counts = this.counted;
    this.counted = [];
    this.writing = this.writing
      // The rows come first.
      .then(() => this.books.writer.flush())
      .then(() => writeOwnCounts(this.parts.ledgerStore, counts))
      .catch((err: unknown) => this.parts.log.warn({ err, counts: counts.length }, "own counts were not written"));
  }
}

/** Null for what no provider has answered, and for bodies of which only the beginning is known. */
function exchangeOf(record: ExchangeRecord, heard: HeardBodies): ExchangeToCount | null {
  const { surface } = record;
  const { head, request, answer, answerBytes } = heard;
  const wasAnswered = record.attempts.some(({ status }) => status !== null && status >= 200 && status < 300);
  const isWhole = request !== null && !head.requestIsCut && !head.answerIsCut && answerBytes > 0;
  if (!wasAnswered || !isWhole || record.joinedTo !== null || !isConversation(surface)) return null;
  // An error in place of an answer is the gateway's, not the provider's.
  if (record.outcome === "failed" || record.outcome === "refused") return null;
  return {
    wire: WIRE_OF_SURFACE[surface],
    surface,
    request,
    answer: Buffer.concat(answer),
    answerType: head.answerType ?? "",
  };
}

const estimateOf = (own: { input: number; output: number }): Pick<ExchangeRecord, "usage" | "usageSource"> => ({
  usage: { ...NO_USAGE, inputUncached: own.input, output: own.output },
  usageSource: "estimated",
});
