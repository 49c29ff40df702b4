import { type Document, type Node, type Scalar, visit } from "yaml";

/** A value as a node of the document, which reads back as it was. */
export function newNode(document: Document, value: unknown): Node {
  const node = document.createNode(value);
  visit(node, { Scalar: (_key, scalar) => quoteOdd(scalar) });
  return node;
}

/** Without quotes space at an end of a line does not survive, nor a carriage return, nor a first line that says "new entry". */
export function quoteOdd(scalar: Scalar): void {
  if (typeof scalar.value === "string" && /^\s|\s$|\s\n|\r|^[?-]\n/.test(scalar.value)) scalar.type = "QUOTE_DOUBLE";
}
