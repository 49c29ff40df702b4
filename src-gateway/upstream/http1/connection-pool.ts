import type { buildConnector } from "undici";
import { turnMs } from "../../lib/end-of-turn.ts";
import { Call } from "./call.ts";
import { Connection, type ConnectionKeeper } from "./connection.ts";
import { HeadMemory } from "./head-memory.ts";
import { endOfHead, RequestHeads } from "./request-head.ts";
import type { AnswerListener, PlainRequest } from "./types.ts";

export interface PoolOptions {
  maxHeadBytes: number;
  /** How long a connection is kept while nobody needs it, where the provider does not say. */
  keepAliveMs: number;
  connect(options: buildConnector.Options, connection: Connection, callback: buildConnector.Callback): void;
  /** When the sockets have been heard once more, and what they had to say is known. */
  soon(connection: Connection): void;
}

/** A provider that closes after so long has closed a little earlier when it is counted from here. */
const HINT_MARGIN_MS = 2_000;
const MAX_HINT_MS = 600_000;

/** The connections to one origin. The one that was used last is used next, so that those that are too many grow old. */
export class ConnectionPool implements ConnectionKeeper {
  readonly memory = new HeadMemory();
  readonly maxHeadBytes: number;
  readonly #options: PoolOptions;
  readonly #address: buildConnector.Options;
  readonly #heads: RequestHeads;
  readonly #all = new Set<Connection>();
  #idle: Connection[] = [];
  /** Requests that wait for their connection to be settled. */
  #claims = 0;

  constructor(url: URL, options: PoolOptions) {
    this.#options = options;
    this.maxHeadBytes = options.maxHeadBytes;
    const { protocol, host, port } = url;
    const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
    this.#address = { protocol, host, hostname, port };
    this.#heads = new RequestHeads(host);
  }

  get isEmpty(): boolean {
    return this.#all.size === 0 && this.#claims === 0;
  }

  /** @returns false when the request is not a usual one, and nothing was done. */
  send(request: PlainRequest, listener: AnswerListener): boolean {
    const head = this.#heads.of(request);
    if (head === null) return false;
    let bodyBytes = 0;
    for (const part of request.body) bodyBytes += part.length;
    this.place(new Call(head, endOfHead(request.method, bodyBytes), request.body, bodyBytes, listener));
    return true;
  }

  /** Finds a connection for it, or makes one. */
  place(call: Call): void {
    const connection = this.#takeIdle();
    if (connection === null) return this.#open(call);
    connection.next = call;
    connection.isClaimed = true;
    this.#claims++;
    // Whether it has been closed meanwhile, or said something unasked, is known when the sockets have been heard once more.
    this.#options.soon(connection);
  }

  rest(connection: Connection, timeoutMs: number | null): void {
    const { keepAliveMs } = this.#options;
    const restMs = timeoutMs === null ? keepAliveMs : Math.min(timeoutMs - HINT_MARGIN_MS, MAX_HINT_MS);
    if (restMs <= 0) return connection.drop();
    connection.idleUntilMs = turnMs() + restMs;
    this.#options.soon(connection);
  }

  /** The sockets have been heard. */
  settle(connection: Connection): void {
    const call = connection.next;
    if (!connection.isClaimed) {
      if (connection.isQuiet) this.#idle.push(connection);
      else connection.drop();
      return;
    }
    connection.isClaimed = false;
    connection.next = null;
    this.#claims--;
    if (call === null) return;
    if (connection.isDead) return this.place(call);
    if (connection.isUnreferenced) connection.reference(true);
    connection.begin(call);
  }

  forget(connection: Connection): void {
    this.#all.delete(connection);
  }

  /** Closes what has been idle for too long. */
  sweep(nowMs: number): void {
    const kept: Connection[] = [];
    for (const connection of this.#idle) {
      if (connection.isDead) continue;
      if (connection.idleUntilMs <= nowMs) connection.drop();
      else {
        if (!connection.isUnreferenced) connection.reference(false);
        kept.push(connection);
      }
    }
    this.#idle = kept;
  }

  async close(reason: Error): Promise<void> {
    const all = [...this.#all];
    this.#idle = [];
    for (const connection of all) connection.break(reason);
    await Promise.all(all.map((connection) => connection.closed()));
  }

  #takeIdle(): Connection | null {
    const nowMs = turnMs();
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) {
      if (found.isDead) continue;
      if (found.idleUntilMs > nowMs) return found;
      found.drop();
    }
    return null;
  }

  #open(call: Call): void {
    const connection = new Connection(this);
    connection.next = call;
    this.#all.add(connection);
    this.#options.connect(this.#address, connection, (error, socket) => {
      if (error) return connection.break(error);
      connection.attach(socket);
      const { next } = connection;
      connection.next = null;
      if (next === null) return;
      if (connection.isDead) this.place(next);
      else connection.begin(next);
    });
  }
}
