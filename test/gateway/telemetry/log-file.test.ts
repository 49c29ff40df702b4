import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../../src-gateway/telemetry/create-logger.ts";
import { type LogRotation, openLogFile } from "../../../src-gateway/telemetry/log-file.ts";
import { until } from "../../support/until.ts";

const NEVER: LogRotation = { maxBytes: 0, daily: false, keep: 0, compress: false };
let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-log-"));
  file = join(folder, "logs", "gateway.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = (): string[] => readdirSync(join(folder, "logs")).toSorted();
const textOf = (name: string): string => {
  const bytes = readFileSync(join(folder, "logs", name));
  return name.endsWith(".gz") ? gunzipSync(bytes).toString() : bytes.toString();
};
/** Every line of every file, in no order. */
const allLines = (): string[] =>
  names().flatMap((name) =>
    textOf(name)
      .split("\n")
      .filter((line) => line !== ""),
  );

describe("a log file", () => {
  it("is readable by its owner only, and is gone on with", async () => {
    const log = openLogFile(file, NEVER);
    log.writeNow("one\n");
    expect(readFileSync(file, "utf8")).toBe("one\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await log.close();
    const again = openLogFile(file, NEVER);
    again.writeSoon("two\n");
    await again.close();
    expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
  });

  it("keeps the order of lines that wait and lines that do not", async () => {
    const log = openLogFile(file, NEVER);
    log.writeSoon("waits\n");
    log.writeNow("urgent\n");
    expect(readFileSync(file, "utf8")).toBe("waits\nurgent\n");
    await log.close();
  });

  it("loses and doubles no line while it is turned over by size, again and again", async () => {
    const log = openLogFile(file, { maxBytes: 2_000, daily: false, keep: 0, compress: true });
    const wanted: string[] = [];
    for (let round = 0; round < 40; round++) {
      for (let n = 0; n < 50; n++) {
        const line = `${round}-${n}-${"x".repeat(20)}`;
        wanted.push(line);
        if (n % 7 === 0) log.writeNow(`${line}\n`);
        else log.writeSoon(`${line}\n`);
      }
      // Batches that go out by themselves, too.
      if (round % 10 === 0) await until(() => allOf(file).includes(`${round}-49-`));
    }
    await log.close();
    await log.tidied();
    expect(names().length).toBeGreaterThan(10);
    expect(names().filter((name) => name !== "gateway.log" && !name.endsWith(".gz"))).toEqual([]);
    expect(allLines().toSorted()).toEqual(wanted.toSorted());
    expect(log.lost()).toBe(0);
  });

  it("begins anew every day, and keeps as many as are wanted", async () => {
    let now = new Date(2026, 10, 20, 23, 59, 59);
    const log = openLogFile(file, { maxBytes: 0, daily: true, keep: 2, compress: false }, () => now);
    log.writeNow("friday\n");
    now = new Date(2026, 10, 21, 0, 0, 1);
    log.writeNow("saturday\n");
    expect(names()).toEqual(["gateway.log", "gateway.log.2026-11-20.1"]);
    expect(textOf("gateway.log")).toBe("saturday\n");
    for (const day of [22, 23, 24]) {
      now = new Date(2026, 10, day, 12);
      log.writeNow(`${day}\n`);
    }
    await log.tidied();
    expect(names()).toEqual(["gateway.log", "gateway.log.2026-11-22.1", "gateway.log.2026-11-23.1"]);
    await log.close();
  });

  it("knows a file of yesterday by its time", async () => {
    const first = openLogFile(file, NEVER);
    first.writeNow("old\n");
    await first.close();
    const yesterday = new Date(Date.now() - 86_400_000);
    utimesSync(file, yesterday, yesterday);
    const log = openLogFile(file, { ...NEVER, daily: true });
    log.writeNow("new\n");
    expect(textOf("gateway.log")).toBe("new\n");
    expect(names()).toHaveLength(2);
    await log.close();
  });

  it("packs at its next start what a crash has left unpacked", async () => {
    const first = openLogFile(file, NEVER);
    first.writeNow("now\n");
    await first.close();
    appendFileSync(`${file}.2026-01-01.1`, "left\n");
    appendFileSync(`${file}.2026-01-02.1.gz.part`, "half");
    const log = openLogFile(file, { maxBytes: 0, daily: false, keep: 5, compress: true });
    await log.tidied();
    expect(names()).toEqual(["gateway.log", "gateway.log.2026-01-01.1.gz"]);
    expect(textOf("gateway.log.2026-01-01.1.gz")).toBe("left\n");
    await log.close();
  });

  it("goes on in a new file when it was moved away, told or not", async () => {
    const log = openLogFile(file, NEVER);
    log.writeNow("one\n");
    renameSync(file, `${file}.moved`);
    log.reopen();
    expect(existsSync(file)).toBe(true);
    log.writeNow("two\n");
    renameSync(file, `${file}.moved-too`);
    log.writeNow("three\n");
    expect([textOf("gateway.log.moved"), textOf("gateway.log.moved-too"), textOf("gateway.log")]).toEqual([
      "one\n",
      "two\n",
      "three\n",
    ]);
    await log.close();
  });

  it("has what waited when the process ends by itself", () => {
    const module = new URL("../../../src-gateway/telemetry/log-file.ts", import.meta.url).href;
    const program = `const { openLogFile } = await import(${JSON.stringify(module)});
      const log = openLogFile(${JSON.stringify(file)}, { maxBytes: 0, daily: false, keep: 0, compress: false });
      log.writeSoon("last words\\n");
      process.exit(0);`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program]);
    expect([status, stderr.toString()]).toEqual([0, ""]);
    expect(readFileSync(file, "utf8")).toBe("last words\n");
  });
});

describe("the logger", () => {
  it("names the trace of a request that is under way, and takes secrets out of what is said", async () => {
    const log = createLogger({
      level: "info",
      file,
      redact: (line) => line.replaceAll("hunter2", "[hidden]"),
      traceIdOf: (requestId) => (requestId === "req_1" ? "4bf9" : null),
    });
    log.info({ requestId: "req_1", key: "hunter2" }, "about one");
    log.warn({ requestId: "req_2" }, "about another");
    log.access('{"msg":"exchange"}\n');
    await log.close();
    const [one, another, access] = readFileSync(file, "utf8").split("\n");
    expect(JSON.parse(one ?? "")).toMatchObject({ level: "info", traceId: "4bf9", key: "[hidden]", msg: "about one" });
    expect(JSON.parse(another ?? "")).not.toHaveProperty("traceId");
    expect(access).toBe('{"msg":"exchange"}');
  });
});

const allOf = (path: string): string => (existsSync(path) ? allLines().join("\n") : "");
