import type { JsonObject } from "../ir/json.ts";

/** The members of an object, taken out one by one, and what nobody took. The object stays as it is, and is rarely copied. */
export class Leftovers {
  private readonly source: JsonObject;
  /** Those of the source that are out, as long as there is no copy. */
  private readonly taken: string[] = [];
  private left: JsonObject | null = null;

  constructor(source: JsonObject) {
    this.source = source;
  }

  /** Undefined for what is not there any more. */
  peek(name: string): unknown {
    return this.has(name) ? (this.left ?? this.source)[name] : undefined;
  }

  has(name: string): boolean {
    return this.left ? Object.hasOwn(this.left, name) : Object.hasOwn(this.source, name) && !this.taken.includes(name);
  }

  drop(name: string): void {
    if (this.left) delete this.left[name];
    else if (this.has(name)) this.taken.push(name);
  }

  get isEmpty(): boolean {
    return this.left ? Object.keys(this.left).length === 0 : Object.keys(this.source).length === this.taken.length;
  }

  /** A copy without what was taken; the same one each time, to which more may be added. */
  rest(): JsonObject {
    // Not by assignment: a member may be called `__proto__`.
    this.left ??= this.isEmpty
      ? {}
      : Object.fromEntries(Object.entries(this.source).filter(([name]) => !this.taken.includes(name)));
    return this.left;
  }
}
