/** docs/performance.md: the goals, the tables and a chart, from the figures of one run, and what people say about them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Fact, Relation, Table } from "../rig/bench.ts";

export const docsPath = join(import.meta.dirname, "../../../docs/performance.md");

interface Found extends Pick<Bench, "tables" | "facts" | "relations"> {
  madeAt: string;
  isFull: boolean;
  machine: Fact[];
}

export function writeReport(found: Found): void {
  const notes = readFileSync(join(import.meta.dirname, "notes.md"), "utf8");
  const parts = [
    "# Performance",
    "",
    "<!-- Written by `npm run bench -- --docs`; its words are in test/bench/report/notes.md. -->",
    "",
    "Everything here can be found again with one command: `npm run bench`. Only figures of one table belong together, and only",
    "how they relate says anything about another machine. The systems of a table are up at once and asked in turns; figures are",
    "medians over the rounds. CPU is what the kernel has counted for the process and its threads, per request.",
    "",
    "## Goals",
    "",
    ...goals(found.relations),
    "",
    // Links of the notes begin where the notes lie.
    notes.trim().replaceAll("../../../docs/", ""),
    "",
    "## Tables",
    "",
    `Made ${found.madeAt.slice(0, 10)}, ${found.isFull ? "in a full run" : "in a quick run"}, on this machine:`,
    "",
    ...facts(found.machine),
    "",
    ...found.tables.flatMap(table),
    ...(found.facts.length === 0 ? [] : ["### Besides", "", ...facts(found.facts), ""]),
  ];
  writeFileSync(docsPath, `${parts.join("\n").trim()}\n`);
}

function goals(relations: readonly Relation[]): string[] {
  const rows = relations.map(({ goal, value, atMost, atLeast }) => {
    const isReached = value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
    const wish = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
    return `| ${goal} | ${wish} | ${value.toFixed(2)} | ${isReached ? "reached" : "not reached"} |`;
  });
  return ["| What | Goal | Found | |", "| --- | --- | --- | --- |", ...rows];
}

const facts = (all: readonly Fact[]): string[] => [
  "| | |",
  "| --- | --- |",
  ...all.map(({ name, value }) => `| ${name} | ${value} |`),
];

function table({ title, load, figures }: Table): string[] {
  const base = figures[0]?.cpuUs ?? null;
  const number = (value: number | null, digits = 0): string => (value === null ? "" : value.toFixed(digits));
  const hasEvents = figures.some(({ cpuUsPerEvent }) => cpuUsPerEvent !== null);
  const rows = figures.map((each) => {
    const ratio = each.cpuUs === null || base === null ? "" : `${(each.cpuUs / base).toFixed(2)} ×`;
    const events = hasEvents ? ` ${number(each.cpuUsPerEvent, 1)} |` : "";
    const failed = each.bad > 0 ? ` (${each.bad} failed)` : "";
    return (
      `| ${each.system}${failed} | ${number(each.cpuUs, 1)} | ${ratio} | ${(each.spread * 100).toFixed(0)} % |${events} ` +
      `${number(each.perSecond)} | ${number(each.p50Us)} | ${number(each.p99Us)} | ${number(each.firstByteUs)} |`
    );
  });
  const events = hasEvents ? " CPU µs per event |" : "";
  return [
    `### ${title}`,
    "",
    `${load[0]?.toUpperCase()}${load.slice(1)}.`,
    "",
    `| | CPU µs | to the first | scatter |${events} per second | p50 µs | p99 µs | first byte µs |`,
    `| --- | --- | --- | --- |${hasEvents ? " --- |" : ""} --- | --- | --- | --- |`,
    ...rows,
    "",
    ...chart(figures),
  ];
}

function chart(figures: Table["figures"]): string[] {
  const measured = figures.filter(({ cpuUs }) => cpuUs !== null);
  if (measured.length < 2) return [];
  const names = measured.map(({ system }) => `"${system}"`).join(", ");
  const values = measured.map(({ cpuUs }) => (cpuUs ?? 0).toFixed(1)).join(", ");
  return [
    "```mermaid",
    "xychart-beta horizontal",
    '  title "CPU µs per request"',
    `  x-axis [${names}]`,
    `  bar [${values}]`,
    "```",
    "",
  ];
}
