/** Walks a parsed YAML (or JSON) document and remembers where every value stood, so that each problem can name its line. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type ParsedNode, type Scalar, type YAMLMap } from "yaml";
import { nearest } from "./nearest.ts";
import type { SettingProblem } from "./types.ts";

export class YamlReader {
  readonly problems: SettingProblem[] = [];
  private readonly path: string;
  private readonly counter = new LineCounter();
  private readonly root: Node | null;

  constructor(path: string, text: string) {
    this.path = path;
    const document = parseDocument<ParsedNode>(text, { lineCounter: this.counter, uniqueKeys: true, strict: true });
    for (const error of document.errors) {
      this.problems.push({ where: `${path}:${error.linePos?.[0].line ?? 1}`, key: "file", problem: error.message.split("\n")[0] ?? "cannot be read", hint: "" });
    }
    // Aliases can be made to grow without bound, and nobody needs them here.
    this.root = document.errors.length === 0 ? document.contents : null;
  }

  get document(): Node | null {
    return this.root;
  }

  where(node: Node | null | undefined): string {
    const offset = node?.range?.[0];
    return `${this.path}:${offset === undefined ? 1 : this.counter.linePos(offset).line}`;
  }

  refuse(node: Node | null | undefined, key: string, problem: string, hint = ""): void {
    this.problems.push({ where: this.where(node), key, problem, hint });
  }

  /** The members of a map, each known by name; unknown ones are refused with the name that was probably meant. */
  members(node: Node | null | undefined, key: string, known: readonly string[]): Map<string, Node> | null {
    if (!isMap(node)) {
      this.refuse(node, key, "must be a map of names to values", `allowed names: ${known.join(", ")}`);
      return null;
    }
    const found = this.entries(node);
    for (const name of found.keys()) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      this.refuse(found.get(name), `${key}.${name}`, "is not known", `${meant ? `did you mean ${meant}? ` : ""}allowed: ${known.join(", ")}`);
    }
    return found;
  }

  /** Any names. */
  entries(node: YAMLMap): Map<string, Node> {
    const found = new Map<string, Node>();
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String((pair.key as Scalar).value) : "";
      // A key without a value still has a place: that of its name.
      found.set(name, (pair.value ?? pair.key) as Node);
    }
    return found;
  }

  items(node: Node | null | undefined, key: string): Node[] {
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return [];
    if (isSeq(node)) return node.items as Node[];
    this.refuse(node, key, "must be a list");
    return [];
  }

  text(node: Node | null | undefined, key: string): string | null {
    if (node === null || node === undefined) return null;
    if (isScalar(node) && typeof node.value === "string" && node.value.trim() !== "") return node.value.trim();
    this.refuse(node, key, "must be a text");
    return null;
  }

  number(node: Node | null | undefined, key: string, min: number, max: number): number | null {
    if (node === null || node === undefined) return null;
    if (isScalar(node) && typeof node.value === "number" && node.value >= min && node.value <= max) return node.value;
    this.refuse(node, key, "must be a number", `${min} to ${max}`);
    return null;
  }

  json(node: Node): unknown {
    return isMap(node) || isSeq(node) || isScalar(node) ? (node.toJSON() as unknown) : null;
  }
}
