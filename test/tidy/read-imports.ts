/** Reads the imports of a TypeScript file with the parser that the build uses. */
import { posix } from "node:path";
import { parseSync } from "vite";
import type { ProjectFile } from "./project-files.ts";

export interface Import {
  /** As in the source. */
  specifier: string;
  /** A path from the project's root, `node:fs`, or `npm:` and the package's name. */
  target: string;
  /** It vanishes when the types are stripped. */
  typeOnly: boolean;
}

export interface ModuleFacts {
  imports: Import[];
  hasDefaultExport: boolean;
  readsEnvironment: boolean;
}

interface Entry {
  isType: boolean;
}

export function readModule(file: ProjectFile): ModuleFacts {
  const { program, module, errors } = parseSync(file.path, file.text);
  const problem = errors[0];
  if (problem) throw new Error(`${file.path} cannot be parsed: ${problem.message}`);
  const facts: ModuleFacts = { imports: [], hasDefaultExport: false, readsEnvironment: false };
  const add = (specifier: string, typeOnly: boolean): void => {
    facts.imports.push({ specifier, target: resolve(file.path, specifier), typeOnly });
  };
  const onlyTypes = (entries: Entry[]): boolean => entries.length > 0 && entries.every((entry) => entry.isType);
  for (const found of module.staticImports) add(found.moduleRequest.value, onlyTypes(found.entries));
  for (const found of module.staticExports) {
    const request = found.entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (request) add(request.value, onlyTypes(found.entries));
    if (found.entries.some((entry) => entry.exportName.kind === "Default")) facts.hasDefaultExport = true;
  }
  visit(program, (node) => {
    if (node["type"] === "ImportExpression") addLiteral(node["source"], false, add);
    if (node["type"] === "TSImportType") addLiteral(node["source"] ?? node["argument"], true, add);
    if (node["type"] === "CallExpression" && isName(node["callee"], "require")) {
      addLiteral((node["arguments"] as unknown[])[0], false, add);
    }
    if (node["type"] === "MemberExpression" && isName(node["object"], "process") && isName(node["property"], "env")) {
      facts.readsEnvironment = true;
    }
  });
  return facts;
}

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;
const isName = (value: unknown, name: string): boolean => isNode(value) && value["name"] === name;

function addLiteral(value: unknown, typeOnly: boolean, add: (specifier: string, typeOnly: boolean) => void): void {
  const literal = isNode(value) && isNode(value["literal"]) ? value["literal"] : value;
  if (isNode(literal) && typeof literal["value"] === "string") add(literal["value"], typeOnly);
}

function visit(value: unknown, onNode: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, onNode);
  else if (isNode(value)) {
    if (typeof value["type"] === "string") onNode(value);
    for (const inner of Object.values(value)) visit(inner, onNode);
  }
}

function resolve(from: string, specifier: string): string {
  const bare = specifier.split("?")[0] ?? specifier;
  if (bare.startsWith(".")) return posix.join(posix.dirname(from), bare);
  if (bare.startsWith("node:")) return bare;
  const [first = bare, second] = bare.split("/");
  return `npm:${first.startsWith("@") && second !== undefined ? `${first}/${second}` : first}`;
}
