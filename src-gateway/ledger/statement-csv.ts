import type { NamedSum, Statement, StatementSum } from "./statement-types.ts";

const COLUMNS = [
  "section",
  "name",
  "requests",
  "input_uncached",
  "cache_read",
  "cache_write",
  "output",
  "cost_usd",
  "unpriced_requests",
] as const;

/** One table with a first column that says what a line is about. CRLF, as RFC 4180 has it. */
export function statementCsv(statement: Omit<Statement, "csvSha256">): string {
  const { total, estimated, byModel, byKey, byDay } = statement;
  const lines = [
    [...COLUMNS],
    cells("total", statement.month, total),
    cells("estimated", "not in any other line", estimated),
    ...of("model", byModel),
    ...of("key", byKey),
    ...of("day", byDay),
  ];
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

const of = (section: string, sums: readonly NamedSum[]): string[][] => sums.map((sum) => cells(section, sum.name, sum));

const cells = (section: string, name: string, sum: StatementSum): string[] => [
  section,
  name,
  String(sum.requests),
  String(sum.inputUncached),
  String(sum.cacheRead),
  String(sum.cacheWrite),
  String(sum.output),
  usdDigits(sum.costNano),
  String(sum.unpriced),
];

/** All nine digits behind the point, which a spreadsheet takes for a number. */
function usdDigits(nano: number): string {
  const amount = Math.abs(nano);
  const whole = Math.trunc(amount / 1_000_000_000);
  return `${nano < 0 ? "-" : ""}${whole}.${String(amount % 1_000_000_000).padStart(9, "0")}`;
}

/** Names come from clients: what a spreadsheet would take for a formula is written as text. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(?:\.\d+)?$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
