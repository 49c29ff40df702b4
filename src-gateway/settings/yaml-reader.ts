/** Walks a parsed YAML (or JSON) document and remembers where every value stood, so that each problem can name its line. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { nearest } from "./nearest.ts";
import { quote } from "./secret-text.ts";
import type { SettingProblem } from "./types.ts";

/** What the parser says repeats pieces of the file, and a key can stand there: so its codes are worded here. */
const PARSE_PROBLEMS: Partial<Record<YAMLError["code"], [problem: string, hint: string]>> = {
  BAD_ALIAS: ["a value begins with *", 'put it in quotes, such as match: "*"'],
  BAD_SCALAR_START: ["a value begins with a sign that YAML reserves", "put the value in quotes"],
  DUPLICATE_KEY: ["a name stands twice in the same map", "leave one of them"],
  MISSING_CHAR: ["a quote, bracket or comma is missing", ""],
  MULTIPLE_DOCS: ["there is more than one document", "leave out the --- between them"],
  TAB_AS_INDENT: ["a line is indented with a tab", "use spaces"],
  BAD_INDENT: ["a line is not indented as the lines around it are", "or a bracket is not closed"],
  RESOURCE_EXHAUSTION: ["the file is nested too deeply", ""],
};
/** One mistake confuses a parser many times over. */
const MAX_PARSE_PROBLEMS = 5;

/** Where in its line each problem is; `where` names the line only. */
const places = new WeakMap<SettingProblem, ProblemPlace>();

export interface ProblemPlace {
  /** From 1. */
  line: number;
  column: number;
}

/** Null for a problem that is not about a place in a file of YAML. */
export const placeOf = (problem: SettingProblem): ProblemPlace | null => places.get(problem) ?? null;

export class YamlReader {
  readonly problems: SettingProblem[] = [];
  /** Null when the text cannot be read, or holds nothing. */
  readonly root: Node | null;
  private readonly path: string;
  private readonly counter = new LineCounter();

  constructor(path: string, text: string) {
    this.path = path;
    this.root = this.parse(text);
  }

  private parse(text: string): Node | null {
    let document;
    try {
      document = parseDocument(text, { lineCounter: this.counter, prettyErrors: false });
    } catch {
      this.refuse(null, "file", "cannot be read as YAML or JSON");
      return null;
    }
    const lines = new Set<string>();
    for (const { code, pos } of [...document.errors, ...document.warnings]) {
      const where = this.at(pos[0]);
      if (lines.has(where) || lines.size === MAX_PARSE_PROBLEMS) continue;
      lines.add(where);
      const [problem, hint] = PARSE_PROBLEMS[code] ?? ["cannot be read as YAML or JSON", ""];
      this.add({ where, key: "file", problem, hint }, pos[0]);
    }
    if (this.problems.length > 0) return null;
    // A handful of lines of them can stand for billions of values, and nobody needs them here.
    visit(document, {
      Alias: (_key, node) => this.refuse(node, "file", "a value begins with *", 'put it in quotes, such as match: "*"'),
    });
    return this.problems.length > 0 ? null : document.contents;
  }

  where(node: Node | null | undefined): string {
    return this.at(node?.range?.[0] ?? 0);
  }

  private at(offset: number): string {
    return `${this.path}:${Math.max(1, this.counter.linePos(offset).line)}`;
  }

  private add(problem: SettingProblem, offset: number): void {
    const { line, col } = this.counter.linePos(offset);
    places.set(problem, { line: Math.max(1, line), column: Math.max(1, col) });
    this.problems.push(problem);
  }

  refuse(node: Node | null | undefined, key: string, problem: string, hint = ""): void {
    this.add({ where: this.where(node), key, problem, hint }, node?.range?.[0] ?? 0);
  }

  /** The members of a map, each known by name; unknown ones are refused with the name that was probably meant. */
  members(node: Node | null | undefined, key: string, known: readonly string[]): Map<string, Node> | null {
    if (!isMap(node)) {
      this.refuse(node, key, "must be a map of names to values", `allowed names: ${known.join(", ")}`);
      return null;
    }
    const found = this.entries(node);
    for (const [name, value] of found) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      this.refuse(
        value,
        key,
        `${quote(name)} is not known`,
        `${meant ? `did you mean ${meant}? ` : ""}allowed: ${known.join(", ")}`,
      );
    }
    return found;
  }

  /** Any names. */
  entries(node: YAMLMap): Map<string, Node> {
    const found = new Map<string, Node>();
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      found.set(name, (pair.value as Node | null) ?? emptyAt(pair.key as Node | null));
    }
    return found;
  }

  items(node: Node | undefined, key: string): Node[] {
    if (node === undefined || isEmpty(node)) return [];
    if (isSeq(node)) return node.items.map((item) => (item as Node | null) ?? emptyAt(node));
    this.refuse(node, key, "must be a list");
    return [];
  }

  /** Null when there is none, or it was refused. */
  text(node: Node | undefined, key: string): string | null {
    if (node === undefined) return null;
    if (isScalar(node) && typeof node.value === "string" && node.value.trim() !== "" && !/\p{Cc}/u.test(node.value)) {
      return node.value.trim();
    }
    this.refuse(
      node,
      key,
      isEmpty(node) ? "is empty" : "must be a text on one line",
      isScalar(node) && typeof node.value !== "string" && !isEmpty(node) ? "put it in quotes" : "",
    );
    return null;
  }

  flag(node: Node | undefined, key: string): boolean | null {
    if (node === undefined) return null;
    if (isScalar(node) && typeof node.value === "boolean") return node.value;
    this.refuse(node, key, "is neither true nor false", "allowed: true, false");
    return null;
  }

  number(node: Node | undefined, key: string, min: number, max: number): number | null {
    if (node === undefined) return null;
    if (isScalar(node) && typeof node.value === "number" && node.value >= min && node.value <= max) return node.value;
    this.refuse(node, key, "is no number in range", `allowed: ${min} to ${max}`);
    return null;
  }
}

export const isEmpty = (node: Node): boolean =>
  !isAlias(node) && isScalar(node) && (node.value === null || node.value === "");

/** Stands for a value that was left out, at the place of its name. */
function emptyAt(node: Node | null): Node {
  const empty = new Scalar(null);
  if (node?.range) empty.range = node.range;
  return empty;
}
