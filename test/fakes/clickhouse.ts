/**
 * ClickHouse's HTTP interface, as far as a feeder meets it: DDL, inserts of JSONEachRow that are taken whole or not at all
 * and are checked against the table's types, and reading with and without FINAL. It can refuse, cut and stall.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

type Row = Record<string, unknown>;

/** What happens to an insert: `cut` before anything was stored, `stored-and-cut` after. */
export type InsertFault = "refuse" | "cut" | "stored-and-cut" | "late";

export interface FakeClickHouse {
  readonly url: string;
  /** Taken by the next inserts, one each. */
  readonly faults: InsertFault[];
  /** All that were stored, in the order in which they came; those of one insert are one list. */
  readonly inserts: Row[][];
  /** Answers that wait, as `late` asked for. */
  release(): void;
  /** How many wait. */
  waiting(): number;
  requests(): number;
  dropTable(name: string): void;
  /** Takes no connections until it is resumed, and forgets nothing. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

interface Table {
  types: Map<string, string>;
  key: string[];
  rows: Row[];
}

class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export async function startFakeClickHouse(password = ""): Promise<FakeClickHouse> {
  const tables = new Map<string, Table>();
  const faults: InsertFault[] = [];
  const inserts: Row[][] = [];
  const waiting: (() => void)[] = [];
  let requests = 0;
  let port = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    const { searchParams } = new URL(request.url ?? "/", "http://fake");
    const sent = await readAll(request);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const given = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString();
    if (password !== "" && given !== `writer:${password}`)
      throw new Refusal(
        516,
        "writer: Authentication failed: password is incorrect, or there is no user with such name.",
      );
    const query = searchParams.get("query");
    if (query === null) return void response.end(run(body.toString("utf8")));
    const insert = /^INSERT INTO (\S+) \(([^)]+)\) FORMAT JSONEachRow\s*$/.exec(query.trim());
    if (!insert?.[1] || !insert[2]) throw new Refusal(62, `Syntax error: ${query.slice(0, 60)}`);
    if (searchParams.get("wait_end_of_query") !== "1" || searchParams.get("async_insert") !== "0")
      throw new Error("the answer would not mean that the rows are stored");
    const fault = faults.shift();
    if (fault === "refuse")
      throw new Refusal(252, "Too many parts (300). Merges are processing significantly slower than inserts.");
    if (fault === "cut") return void request.socket.destroy();
    store(
      tableOf(insert[1]),
      insert[2].split(",").map((name) => name.trim()),
      body.toString("utf8"),
    );
    if (fault === "stored-and-cut") return void request.socket.destroy();
    if (fault === "late") await new Promise<void>((go) => void waiting.push(go));
    response.end();
  };

  const tableOf = (name: string): Table => {
    const table = tables.get(name.replaceAll("`", ""));
    if (!table) throw new Refusal(60, `Table default.${name} does not exist.`);
    return table;
  };

  const store = (table: Table, columns: string[], text: string): void => {
    const unknown = columns.find((name) => !table.types.has(name));
    if (unknown !== undefined) throw new Refusal(16, `No such column ${unknown} in table`);
    const rows = text
      .split("\n")
      .filter(Boolean)
      .map((line) => parseRow(line, table.types));
    table.rows.push(...rows);
    inserts.push(rows);
  };

  const run = (query: string): string => {
    const create =
      /^CREATE TABLE IF NOT EXISTS (\S+) \(\n([\s\S]*)\n\) ENGINE = ReplacingMergeTree\(version\) PARTITION BY toYYYYMM\(day\) ORDER BY \(([^)]+)\)\s*$/.exec(
        query,
      );
    if (create?.[1] && create[2] && create[3]) {
      const name = create[1].replaceAll("`", "");
      const types = new Map(
        create[2].split(",\n").map((line) => /^ {2}(\w+) (.+)$/.exec(line)?.slice(1) as [string, string]),
      );
      if (!tables.has(name)) tables.set(name, { types, key: create[3].split(", "), rows: [] });
      return "";
    }
    const exists = /^EXISTS TABLE (\S+)\s*FORMAT JSONEachRow\s*$/.exec(query)?.[1];
    if (exists) return `{"result":${tables.has(exists.replaceAll("`", "")) ? 1 : 0}}\n`;
    const select = /^SELECT \* FROM (\S+)( FINAL)? ORDER BY id, version\s*FORMAT JSONEachRow\s*$/.exec(query);
    if (!select?.[1]) throw new Refusal(62, `Syntax error: ${query.slice(0, 60)}`);
    const table = tableOf(select[1]);
    const rows = select[2] === undefined ? table.rows : collapse(table);
    const sorted = rows.toSorted(
      (a, b) => Number(a["id"]) - Number(b["id"]) || Number(a["version"]) - Number(b["version"]),
    );
    return sorted.map((row) => `${JSON.stringify(row)}\n`).join("");
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.destroyed || request.socket.destroyed) return;
      const code = error instanceof Refusal ? error.code : 1;
      response.writeHead(code === 516 ? 403 : code === 60 ? 404 : 500, { "x-clickhouse-exception-code": String(code) });
      response.end(
        `Code: ${code}. DB::Exception: ${(error as Error).message} (FAKE_ERROR) (version 26.1.1.1 (fake))\n`,
      );
    });
  });
  const listen = (): Promise<void> => new Promise((ready) => void server.listen(port, "127.0.0.1", ready));
  const halt = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  await listen();
  ({ port } = server.address() as AddressInfo);

  return {
    url: `http://${password === "" ? "" : `writer:${password}@`}127.0.0.1:${port}`,
    faults,
    inserts,
    release: () => {
      for (const go of waiting.splice(0)) go();
    },
    waiting: () => waiting.length,
    requests: () => requests,
    dropTable: (name) => void tables.delete(name),
    halt,
    resume: listen,
    async stop() {
      for (const go of waiting.splice(0)) go();
      if (server.listening) await halt();
    },
  };
}

/** As ReplacingMergeTree does: of each key the highest version, and of equal versions the one that came last. */
function collapse({ rows, key }: Table): Row[] {
  const kept = new Map<string, Row>();
  for (const row of rows) {
    const name = JSON.stringify(key.map((column) => row[column]));
    const before = kept.get(name);
    if (!before || Number(row["version"]) >= Number(before["version"])) kept.set(name, row);
  }
  return [...kept.values()];
}

const ranges: Record<string, [bigint, bigint]> = {
  UInt64: [0n, 2n ** 64n - 1n],
  UInt32: [0n, 2n ** 32n - 1n],
  Int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

function parseRow(line: string, types: ReadonlyMap<string, string>): Row {
  const row = JSON.parse(line) as Row;
  for (const [name, value] of Object.entries(row)) {
    const type = types.get(name);
    if (type === undefined) throw new Refusal(117, `Unknown field found while parsing JSONEachRow format: ${name}`);
    if (!fits(value, type))
      throw new Refusal(27, `Cannot parse input: expected ${type} (while reading the value of key ${name})`);
  }
  return row;
}

function fits(value: unknown, type: string): boolean {
  const inner = /^(?:LowCardinality|Nullable)\((.+)\)$/.exec(type)?.[1];
  if (inner !== undefined) return (type.startsWith("Nullable") && value === null) || fits(value, inner);
  const range = ranges[type];
  if (range)
    return Number.isSafeInteger(value) && BigInt(value as number) >= range[0] && BigInt(value as number) <= range[1];
  if (type === "Bool") return typeof value === "boolean";
  if (type === "Date") return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value);
  if (type === "DateTime64(6, 'UTC')")
    return typeof value === "string" && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(value);
  // The server has no place for half a surrogate pair.
  return type === "String" && typeof value === "string" && value.isWellFormed();
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
