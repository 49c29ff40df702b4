import type pg from "pg";
import { copyIn } from "./postgres-lines.ts";
import { STATEMENT_END } from "./sql-dump.ts";

const CHUNK_CHARACTERS = 256 * 1024;

/**
 * Loads a script of `dumpSql` without psql. The transaction is the caller's: the script's own begin and end are left out.
 */
export async function loadSqlDump(client: pg.ClientBase, text: AsyncIterable<Buffer>): Promise<void> {
  const lines = new LineReader(text);
  let statement: string[] = [];
  for (let line = await lines.next(); line !== null; line = await lines.next()) {
    if (line.startsWith("\\set ") || (statement.length === 0 && line.startsWith("-- "))) continue;
    if (line === STATEMENT_END) {
      await run(client, statement.join("\n").replace(/;\s*$/, ""));
      statement = [];
    } else if (statement.length === 0 && /^copy .* from stdin;$/.test(line)) {
      await copyIn(client, line.replace(/;$/, ""), rowsUntilEnd(lines));
    } else statement.push(line);
  }
  if (statement.join("").trim() !== "") throw new Error("the script ends within a statement");
}

async function run(client: pg.ClientBase, statement: string): Promise<void> {
  if (/^(?:begin|commit)?$/i.test(statement.trim())) return;
  // A database that had our tables before may have its function still.
  const made = /^create (?:or replace )?function (\w+)\(/i.exec(statement.trim())?.[1];
  if (made !== undefined) await client.query(`drop function if exists ${made} cascade`);
  await client.query(statement);
}

async function* rowsUntilEnd(lines: LineReader): AsyncGenerator<Buffer> {
  let chunk = "";
  for (let line = await lines.next(); line !== "\\."; line = await lines.next()) {
    if (line === null) throw new Error("the script ends within the rows of a table");
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(chunk);
    chunk = "";
  }
  if (chunk !== "") yield Buffer.from(chunk);
}

class LineReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private lines: string[] = [];
  private place = 0;
  private rest = "";
  private isOver = false;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async next(): Promise<string | null> {
    while (this.place >= this.lines.length) {
      if (this.isOver) return null;
      await this.fill();
    }
    return this.lines[this.place++] ?? null;
  }

  private async fill(): Promise<void> {
    const { value, done } = await this.chunks.next();
    this.isOver = done === true;
    const text = this.rest + (this.isOver ? this.decoder.decode() : this.decoder.decode(value, { stream: true }));
    this.lines = text.split("\n");
    this.rest = this.lines.pop() ?? "";
    if (this.isOver && this.rest !== "") this.lines.push(this.rest);
    this.place = 0;
  }
}
