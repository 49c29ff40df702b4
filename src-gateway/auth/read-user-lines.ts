/** A file of users, line by line. Pure. A name has no line break, so a quote that is not closed spoils its own line only. */
import { parse } from "csv-parse/sync";
import { GatewayError } from "../ir/errors.ts";
import { checkEmail } from "./email.ts";
import { ROLES, type Role, type UserStatus } from "./types.ts";

export interface UserLine {
  /** Of the file, from 1. */
  line: number;
  email: string;
  role: Role;
  displayName: string;
  status: UserStatus;
  teams: string[];
  projects: string[];
}

export interface LineProblem {
  line: number;
  email: string;
  problem: string;
}

const COLUMNS = ["email", "role", "display_name", "team", "projects", "status"] as const;
type Column = (typeof COLUMNS)[number];
const OTHER_NAMES: Readonly<Record<string, Column>> = {
  "e-mail": "email",
  name: "display_name",
  displayname: "display_name",
  teams: "team",
  project: "projects",
};
const MAX_NAME = 200;

/** @param roles that lines may have. */
export function readUserLines(text: string, roles: readonly Role[] = ROLES): { good: UserLine[]; bad: LineProblem[] } {
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ line: index + 1, content }))
    .filter(({ content }) => content.trim() !== "");
  const good: UserLine[] = [];
  const bad: LineProblem[] = [];
  const [first] = lines;
  if (!first) return { good, bad };
  const delimiter = delimiterOf(first.content);
  let header: Column[] | null;
  try {
    header = headerOf(cellsOf(first.content, delimiter));
  } catch (error) {
    return { good, bad: [{ line: first.line, email: "", problem: messageOf(error) }] };
  }
  const seen = new Map<string, number>();
  for (const { line, content } of header === null ? lines : lines.slice(1)) {
    let email = "";
    try {
      const cells = cellsOf(content, delimiter);
      const named = byColumn(header ?? [...COLUMNS], cells);
      email = named.get("email") ?? "";
      const read = readLine(line, named, roles);
      const before = seen.get(read.email);
      if (before !== undefined) throw new Error(`the same address stands in line ${before}`);
      seen.set(read.email, line);
      good.push(read);
    } catch (error) {
      bad.push({ line, email: email.slice(0, 254), problem: messageOf(error) });
    }
  }
  return { good, bad };
}

/** Spreadsheets of some countries write semicolons. */
const delimiterOf = (line: string): string => [",", ";", "\t"].find((sign) => line.includes(sign)) ?? ",";

function cellsOf(line: string, delimiter: string): string[] {
  try {
    const [cells = []] = parse(line, { delimiter, relax_column_count: true, trim: true });
    return cells.map(withoutGuard);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "CSV_QUOTE_NOT_CLOSED") throw new Error("a quote is not closed on this line", { cause: error });
    throw new Error("a quote stands where none may: put the whole cell in quotes, and double those inside it", {
      cause: error,
    });
  }
}

/** What keeps spreadsheets from taking a cell for a formula; see export-users.ts. */
const withoutGuard = (cell: string): string => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

/** Null when the first line is a user already. @throws Error */
function headerOf(cells: string[]): Column[] | null {
  const names = cells.map((cell) => cell.toLowerCase().replace(/\s+/g, "_"));
  const columns = names.map((name) => OTHER_NAMES[name] ?? COLUMNS.find((column) => column === name) ?? null);
  if (!columns.includes("email")) return null;
  const unknown = columns.indexOf(null);
  if (unknown >= 0)
    throw new Error(
      `the column "${(cells[unknown] ?? "").slice(0, 50)}" is not known; there are ${COLUMNS.join(", ")}`,
    );
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice) throw new Error(`the column ${twice} stands twice`);
  return columns.flatMap((column) => column ?? []);
}

function byColumn(header: readonly Column[], cells: readonly string[]): Map<Column, string> {
  if (cells.length > header.length) throw new Error(`there are ${cells.length} cells, at most ${header.length} can be`);
  return new Map(cells.flatMap((cell, index) => (header[index] ? [[header[index], cell] as const] : [])));
}

function readLine(line: number, cells: Map<Column, string>, roles: readonly Role[]): UserLine {
  const email = cells.get("email") ?? "";
  if (email === "") throw new Error("the e-mail address is missing");
  const address = checkEmail(email);
  const displayName = cells.get("display_name") ?? "";
  if (displayName.length > MAX_NAME) throw new Error(`the name is longer than ${MAX_NAME} characters`);
  if (/\p{Cc}/u.test(displayName)) throw new Error("the name has a character that cannot be printed");
  return {
    line,
    email: address,
    role: readRoleCell(cells.get("role") ?? "", roles),
    displayName: displayName || address,
    status: readStatusCell(cells.get("status") ?? ""),
    teams: listOf(cells.get("team")),
    projects: listOf(cells.get("projects")),
  };
}

function readRoleCell(text: string, roles: readonly Role[]): Role {
  if (text === "") return "gateway_user";
  const role = ROLES.find((each) => each === text.toLowerCase());
  if (role === undefined) throw new Error(`"${text.slice(0, 50)}" is no role; roles are ${ROLES.join(", ")}`);
  if (!roles.includes(role)) throw new Error(`you may not make a ${role}`);
  return role;
}

function readStatusCell(text: string): UserStatus {
  const status = text.toLowerCase();
  if (status === "" || status === "active") return "active";
  if (status === "suspended" || status === "inactive") return "suspended";
  throw new Error(`"${text.slice(0, 50)}" is no status; it is active or suspended`);
}

const listOf = (cell = ""): string[] =>
  cell
    .split(/[|;]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");

const messageOf = (error: unknown): string => {
  if (error instanceof GatewayError) return "this is no e-mail address";
  return error instanceof Error ? error.message : String(error);
};
