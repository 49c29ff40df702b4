import { isMap, type Node } from "yaml";
import { quote } from "./secret-text.ts";
import { STATUS_ACTIONS, type StatusAction } from "./types.ts";
import type { YamlReader } from "./yaml-reader.ts";

/** What the operator wants done after an error answer, by its status. */
export function readOnStatus(
  reader: YamlReader,
  node: Node | undefined,
  key: string,
): Record<number, StatusAction> | null {
  if (node === undefined) return null;
  if (!isMap(node)) {
    reader.refuse(node, key, "must be a map of statuses to what is done", `allowed: ${STATUS_ACTIONS.join(", ")}`);
    return null;
  }
  const actions: [number, StatusAction][] = [];
  for (const [status, value] of reader.entries(node)) {
    const at = `${key}.${quote(status)}`;
    if (!/^[45]\d\d$/.test(status)) {
      reader.refuse(value, at, "is no status of an error", "allowed: 400 to 599");
      continue;
    }
    const text = reader.text(value, at);
    const action = STATUS_ACTIONS.find((name) => name === text);
    if (action) actions.push([Number(status), action]);
    else if (text !== null)
      reader.refuse(value, at, `${quote(text)} is nothing that can be done`, `allowed: ${STATUS_ACTIONS.join(", ")}`);
  }
  return Object.fromEntries(actions);
}
