/**
 * As much of Helm's templates as the chart uses: conditions, `with`, `range`, `define`, variables, pipelines and a dozen
 * functions. What it does not know it refuses, so that a chart cannot outgrow it unseen; where Go is installed, a test holds
 * it to Go's own template engine.
 */
import { createHash } from "node:crypto";
import { stringify } from "yaml";

type Value = unknown;
type Term = { kind: "value"; value: Value } | { kind: "path"; from: string; names: string[] } | Pipeline;
interface Pipeline {
  kind: "pipeline";
  commands: { name: string | null; terms: Term[] }[];
}
interface Branch {
  kind: "if" | "with" | "range";
  variables: string[];
  test: Pipeline;
  inside: Node[];
  otherwise: Node[];
}
type Node =
  | { kind: "text"; text: string }
  | { kind: "print"; pipeline: Pipeline }
  | { kind: "set"; name: string; pipeline: Pipeline }
  | Branch;

/** @param files template texts by name; those that end in `.yaml` or `.txt` are rendered. */
export function renderTemplates(files: Record<string, string>, data: object): Record<string, string> {
  const defined = new Map<string, Node[]>();
  const parsed = Object.entries(files).map(([name, text]) => [name, new Parser(text, defined).parse()] as const);
  const renderer = new Renderer(defined);
  return Object.fromEntries(
    parsed
      .filter(([name]) => /\.(?:yaml|txt)$/.test(name))
      .map(([name, nodes]) => [name, renderer.run(nodes, data, new Map([["$", data]]))]),
  );
}

class Parser {
  private readonly parts: { text: string; isAction: boolean }[] = [];
  private readonly defined: Map<string, Node[]>;
  private at = 0;

  constructor(text: string, defined: Map<string, Node[]>) {
    this.defined = defined;
    let from = 0;
    let isTrimmed = false;
    for (const match of text.matchAll(/\{\{(-?)\s*([\s\S]*?)\s*(-?)\}\}/g)) {
      const [whole, left, body, right] = match;
      let before = text.slice(from, match.index);
      if (isTrimmed) before = before.trimStart();
      this.parts.push({ text: left === "-" ? before.trimEnd() : before, isAction: false });
      if (!body?.startsWith("/*")) this.parts.push({ text: body ?? "", isAction: true });
      from = match.index + whole.length;
      isTrimmed = right === "-";
    }
    const rest = text.slice(from);
    this.parts.push({ text: isTrimmed ? rest.trimStart() : rest, isAction: false });
  }

  parse(): Node[] {
    const nodes: Node[] = [];
    for (let part = this.parts[this.at]; part !== undefined; part = this.parts[this.at]) {
      if (part.isAction && /^(?:end|else)\b/.test(part.text)) return nodes;
      this.at++;
      if (part.isAction) nodes.push(...this.action(part.text));
      else if (part.text !== "") nodes.push({ kind: "text", text: part.text });
    }
    return nodes;
  }

  private action(text: string): Node[] {
    const [, word = "", rest = ""] = /^(define|if|with|range)\s+([\s\S]*)$/.exec(text) ?? [];
    if (word === "define") {
      this.defined.set(JSON.parse(rest) as string, this.parse());
      this.at++;
      return [];
    }
    if (word !== "") return [this.branch(word as Branch["kind"], rest)];
    const [, name, value] = /^(\$\w+)\s*:=\s*([\s\S]*)$/.exec(text) ?? [];
    if (name !== undefined) return [{ kind: "set", name, pipeline: pipelineOf(value ?? "") }];
    return [{ kind: "print", pipeline: pipelineOf(text) }];
  }

  private branch(kind: Branch["kind"], text: string): Branch {
    const [, names, test] = /^((?:\$\w+\s*,\s*)?\$\w+)\s*:=\s*([\s\S]*)$/.exec(text) ?? [];
    const variables = names?.split(",").map((name) => name.trim()) ?? [];
    const inside = this.parse();
    const end = this.parts[this.at++]?.text;
    let otherwise: Node[] = [];
    if (end?.startsWith("else if ")) otherwise = [this.branch("if", end.slice("else if ".length))];
    else if (end === "else") {
      otherwise = this.parse();
      this.at++;
    } else if (end !== "end") throw new Error(`${kind} ${text} has no end`);
    return { kind, variables, test: pipelineOf(test ?? text), inside, otherwise };
  }
}

function pipelineOf(text: string): Pipeline {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|\(|\)|\||[^\s()|]+/g) ?? [];
  let at = 0;
  const read = (): Pipeline => {
    const commands: Pipeline["commands"] = [{ name: null, terms: [] }];
    for (let token = tokens[at]; token !== undefined && token !== ")"; token = tokens[at]) {
      at++;
      const command = commands.at(-1);
      if (token === "|") commands.push({ name: null, terms: [] });
      else if (token === "(") {
        command?.terms.push(read());
        at++;
      } else if (/^[a-zA-Z]\w*$/.test(token) && !/^(?:true|false|nil)$/.test(token) && command) command.name = token;
      else command?.terms.push(termOf(token));
    }
    return { kind: "pipeline", commands };
  };
  return read();
}

function termOf(token: string): Term {
  if (/^[$.]/.test(token)) {
    const [from = "", ...names] = token.split(".");
    return { kind: "path", from, names: names.filter((name) => name !== "") };
  }
  return { kind: "value", value: token === "nil" ? null : (JSON.parse(token) as Value) };
}

type Scope = Map<string, Value>;

class Renderer {
  private readonly defined: ReadonlyMap<string, Node[]>;
  constructor(defined: ReadonlyMap<string, Node[]>) {
    this.defined = defined;
  }

  run(nodes: Node[], dot: Value, outer: Scope): string {
    const scope = new Map(outer);
    return nodes.map((node) => this.one(node, dot, scope)).join("");
  }

  private one(node: Node, dot: Value, scope: Scope): string {
    if (node.kind === "text") return node.text;
    if (node.kind === "print") return textOf(this.value(node.pipeline, dot, scope));
    if (node.kind === "set") {
      scope.set(node.name, this.value(node.pipeline, dot, scope));
      return "";
    }
    const value = this.value(node.test, dot, scope);
    if (isEmpty(value)) return this.run(node.otherwise, dot, scope);
    if (node.kind === "if") return this.run(node.inside, dot, scope);
    if (node.kind === "with") return this.run(node.inside, value, scope);
    // As Go does, by the names in their order.
    const entries = Object.entries(value as object);
    if (!Array.isArray(value)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([key, item]) => this.run(node.inside, item, this.bound(node, key, item, scope))).join("");
  }

  private bound({ variables }: Branch, key: string, item: Value, scope: Scope): Scope {
    const [first, second] = variables;
    if (first === undefined) return scope;
    return new Map([
      ...scope,
      ...(second === undefined
        ? [[first, item] as const]
        : ([
            [first, key],
            [second, item],
          ] as const)),
    ]);
  }

  private value(term: Term, dot: Value, scope: Scope): Value {
    if (term.kind === "value") return term.value;
    if (term.kind === "path") {
      if (term.from !== "" && !scope.has(term.from)) throw new Error(`${term.from} is not set`);
      const start = term.from === "" ? dot : scope.get(term.from);
      return term.names.reduce<Value>((value, name) => (value as Record<string, Value> | null)?.[name] ?? null, start);
    }
    let passed: Value[] = [];
    for (const { name, terms } of term.commands) {
      const given = [...terms.map((each) => this.value(each, dot, scope)), ...passed];
      passed = [name === null ? given[0] : this.call(name, given)];
    }
    return passed[0];
  }

  private call(name: string, given: Value[]): Value {
    if (name === "include") {
      const nodes = this.defined.get(String(given[0]));
      if (nodes === undefined) throw new Error(`nothing is defined as ${String(given[0])}`);
      return this.run(nodes, given[1], new Map([["$", given[1]]]));
    }
    const run = FUNCTIONS[name];
    if (run === undefined) throw new Error(`the function ${name} is not known here`);
    return run(...given);
  }
}

const isEmpty = (value: Value): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  value === 0 ||
  value === "" ||
  (typeof value === "object" && Object.keys(value).length === 0);

const textOf = (value: Value): string =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";

const indent = (width: number, text: string): string => text.replaceAll(/^/gm, " ".repeat(width));
const yamlOf = (value: Value): string => stringify(value ?? null, { sortMapEntries: true, lineWidth: 0 }).trimEnd();

const FUNCTIONS: Readonly<Record<string, (...given: Value[]) => Value>> = {
  add: (...numbers) => numbers.reduce<number>((sum, each) => sum + Number(each), 0),
  and: (...values) => values.find(isEmpty) ?? values.at(-1),
  default: (standard, value) => (isEmpty(value) ? standard : value),
  eq: (a, b) => a === b,
  int: Number,
  join: (separator, list) => (list as Value[]).map(textOf).join(textOf(separator)),
  nindent: (width, text) => `\n${indent(Number(width), textOf(text))}`,
  not: isEmpty,
  printf: (format, ...values) => textOf(format).replaceAll(/%[sd]/g, () => textOf(values.shift())),
  quote: (value) => JSON.stringify(textOf(value)),
  required: (message, value) => {
    if (value === null || value === undefined || value === "") throw new Error(textOf(message));
    return value;
  },
  sha256sum: (text) => createHash("sha256").update(textOf(text)).digest("hex"),
  toYaml: yamlOf,
  trimSuffix: (suffix, text) => textOf(text).replace(new RegExp(`${textOf(suffix)}$`), ""),
  trunc: (length, text) => textOf(text).slice(0, Number(length)),
  upper: (text) => textOf(text).toUpperCase(),
};
