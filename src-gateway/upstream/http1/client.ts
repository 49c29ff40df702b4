/**
 * An HTTP/1.1 client of our own for the straight way to a provider. It does what is usual: whole bodies, plain headers, one answer
 * after the other. A request that wants anything else is not taken, and goes by undici, which can do all of it; so does whatever
 * takes a proxy. undici connects for both, so names, certificates and time limits are the same. Of an answer nothing is accepted
 * that undici would refuse, but for a `100 Continue`, which says nothing.
 */
import http from "node:http";
import type { TcpNetConnectOpts } from "node:net";
import type { buildConnector } from "undici";
import { EndOfTurn, turnMs } from "../../lib/end-of-turn.ts";
import type { Connection } from "./connection.ts";
import { ConnectionPool, type PoolOptions } from "./connection-pool.ts";
import { clientClosed } from "./failures.ts";
import type { AnswerListener, PlainRequest } from "./types.ts";

export interface Http1Client {
  /**
   * The listener is told of everything from now on.
   * @returns false when the request is not a usual one: nothing was done.
   * @throws when the client is closed.
   */
  send(request: PlainRequest, listener: AnswerListener): boolean;
  /** Breaks off what is running. */
  close(): Promise<void>;
}

type ConnectorOptions = Required<Pick<TcpNetConnectOpts, "onread">>;

const SWEEP_MS = 1_000;
const READ_BYTES = 64 * 1024;

/**
 * @param connectorOf makes what connects, with these options besides its own.
 * @param options.keepAliveMs how long a connection is kept while nobody needs it.
 */
export function createHttp1Client(
  connectorOf: (more: ConnectorOptions) => buildConnector.connector,
  options: { keepAliveMs: number },
): Http1Client {
  return new Client(connectorOf, options.keepAliveMs);
}

class Client implements Http1Client {
  readonly #pools = new Map<string, ConnectionPool>();
  readonly #poolOptions: PoolOptions;
  readonly #unsettled = new EndOfTurn<Connection>("writes", (connection) => connection.settle());
  #isClosed = false;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(connectorOf: (more: ConnectorOptions) => buildConnector.connector, keepAliveMs: number) {
    // One buffer for all reads of all connections: each is understood before the next.
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (_length: number, _bytes: Uint8Array) => true,
    };
    const connector = connectorOf({ onread });
    this.#poolOptions = {
      maxHeadBytes: http.maxHeaderSize,
      keepAliveMs,
      connect(address, connection, callback) {
        // A socket takes the one that stands there when it is made.
        onread.callback = (length) => connection.onBytes(length, onread.buffer);
        connector(address, callback);
      },
      soon: (connection) => this.#unsettled.add(connection),
    };
  }

  send(request: PlainRequest, listener: AnswerListener): boolean {
    if (this.#isClosed) throw clientClosed();
    const pool = this.#pools.get(request.origin) ?? this.#openPool(request);
    return pool.send(request, listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#sweeper) clearInterval(this.#sweeper);
    const reason = clientClosed();
    await Promise.all([...this.#pools.values()].map((pool) => pool.close(reason)));
  }

  #openPool({ url, origin }: PlainRequest): ConnectionPool {
    const pool = new ConnectionPool(url, this.#poolOptions);
    this.#pools.set(origin, pool);
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
    return pool;
  }

  #sweep(): void {
    const nowMs = turnMs();
    for (const [origin, pool] of this.#pools) {
      pool.sweep(nowMs);
      if (pool.isEmpty) this.#pools.delete(origin);
    }
    if (this.#pools.size > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }
}
