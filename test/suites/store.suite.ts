/** Runs tests on both databases, SQLite and a real PostgreSQL server, each test on a database of its own. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe } from "vitest";
import { type Logger, silentLogger } from "../../src-gateway/lib/logger.ts";
import { openStore, type Store } from "../../src-gateway/store/open-store.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** What a test gets: a database without rows that nobody else uses, and a folder. */
export interface TestDatabase {
  readonly dialect: Store["dialect"];
  readonly url: string;
  readonly folder: string;
  /** Closed after the test. */
  open(log?: Logger): Promise<Store>;
}

const TABLES = "tables";
const postgres = await startPostgres(makeTables);
if ("skipped" in postgres) process.stderr.write(`Tests on PostgreSQL are skipped: ${postgres.skipped}\n`);
const missing = (): Promise<never> => Promise.reject(new Error("there is no PostgreSQL server"));
const server: TestPostgres =
  "skipped" in postgres
    ? { url: missing, copy: missing, halt: missing, resume: missing, stop: async () => {} }
    : postgres;
afterAll(() => server.stop());

let counter = 0;
const nextName = (): string => `test_${process.pid}_${++counter}`;

let tables: Promise<string> | null = null;

/**
 * A database with all tables: a copy of it is there in a fifth of the time that making them takes. Where they came with
 * the server this only looks at them.
 */
async function makeTables(on: TestPostgres): Promise<string> {
  const store = await openStore({ url: await on.url(TABLES), log: silentLogger });
  await store.close();
  return TABLES;
}

/** `fill` is asked once for each of the two; every test has a copy of what it wrote. */
export function describeOnBothDatabases(title: string, tests: (database: TestDatabase) => void, fill?: Fill): void {
  describeOnSqlite(title, tests, fill);
  describeOnPostgres(title, tests, fill);
}

type Fill = (store: Store) => Promise<unknown>;

/** For tests of how tables are made: there are not even those. */
export function describeOnEmptyDatabases(title: string, tests: (database: TestDatabase) => void): void {
  describeOnSqlite(title, tests);
  describeOnEmptyPostgres(title, tests);
}

export function describeOnSqlite(title: string, tests: (database: TestDatabase) => void, fill?: Fill): void {
  describe(`${title} on SQLite`, () => {
    let filled: string | null = null;
    afterAll(() => {
      if (filled) rmSync(filled, { recursive: true, force: true });
    });
    const makeUrl = async (folder: string): Promise<string> => {
      const url = join(folder, "state", "ledger.db");
      if (!fill) return url;
      if (!filled) {
        filled = mkdtempSync(join(tmpdir(), "gateway-filled-"));
        await fillAt(join(filled, "ledger.db"), fill);
      }
      cpSync(join(filled, "ledger.db"), url);
      return url;
    };
    tests(prepare("sqlite", makeUrl));
  });
}

async function fillAt(url: string, fill: Fill): Promise<string> {
  const store = await openStore({ url, log: silentLogger });
  await fill(store);
  await store.close();
  return url;
}

/** Skipped, and counted so, where there is no server. */
export function describeOnPostgres(title: string, tests: OnPostgres, fill?: Fill): void {
  const copyTables = async (name: string): Promise<string> => server.copy(name, await (tables ??= makeTables(server)));
  let source: Promise<string> | null = null;
  const makeSource = async (how: Fill): Promise<string> => {
    const name = nextName();
    await fillAt(await copyTables(name), how);
    return name;
  };
  const copyFilled = async (how: Fill): Promise<string> => server.copy(nextName(), await (source ??= makeSource(how)));
  describeOnServer(title, tests, () => (fill ? copyFilled(fill) : copyTables(nextName())));
}

export function describeOnEmptyPostgres(title: string, tests: OnPostgres): void {
  describeOnServer(title, tests, () => server.url(nextName()));
}

type OnPostgres = (database: TestDatabase, server: TestPostgres) => void;

function describeOnServer(title: string, tests: OnPostgres, makeUrl: () => Promise<string>): void {
  describe.skipIf("skipped" in postgres)(`${title} on PostgreSQL (needs a server)`, () => {
    tests(prepare("postgres", makeUrl), server);
  });
}

function prepare(dialect: Store["dialect"], makeUrl: (folder: string) => Promise<string>): TestDatabase {
  let folder = "";
  let url = "";
  let opened: Store[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "gateway-store-"));
    url = await makeUrl(folder);
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    opened = [];
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    dialect,
    get url() {
      return url;
    },
    get folder() {
      return folder;
    },
    async open(log = silentLogger) {
      const store = await openStore({ url, log });
      opened.push(store);
      return store;
    },
  };
}
