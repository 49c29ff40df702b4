import type { JsonObject } from "../ir/json.ts";
import { putMember } from "./put-member.ts";

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
    const value = (this.left ?? this.source)[name];
    // What every object inherits is no member.
    return value !== undefined && this.has(name) ? value : undefined;
  }

  has(name: string): boolean {
    return this.left ? Object.hasOwn(this.left, name) : Object.hasOwn(this.source, name) && !this.isTaken(name);
  }

  drop(name: string): void {
    if (this.left) delete this.left[name];
    else if (this.has(name)) this.taken.push(name);
  }

  /** The same for what `peek` has just found. */
  dropFound(name: string): void {
    if (this.left) delete this.left[name];
    else this.taken.push(name);
  }

  get isEmpty(): boolean {
    return this.left ? Object.keys(this.left).length === 0 : Object.keys(this.source).length === this.taken.length;
  }

  /** A copy without what was taken; the same one each time, to which more may be added. */
  rest(): JsonObject {
    this.left ??= this.copy();
    return this.left;
  }

  private copy(): JsonObject {
    const { source } = this;
    const copy: JsonObject = {};
    // The engine knows the places of the members in this loop alone; what JSON says inherits nothing that it would find.
    for (const name in source) {
      if (!this.isTaken(name)) putMember(copy, name, source[name]);
    }
    return copy;
  }

  private isTaken(name: string): boolean {
    const { taken } = this;
    for (let n = 0; n < taken.length; n++) if (taken[n] === name) return true;
    return false;
  }
}
