import type { JsonObject } from "../ir/json.ts";

/** As an assignment, but for a member that is called `__proto__`, too: a client's JSON may have one. */
export function putMember(object: JsonObject, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
