import type { ScannedMember } from "./json-scan.ts";

/** Among so many a search one by one is done before a table would have been made. */
const FEW = 16;

/** The members of an object by their names, in the order in which they stand. */
export class ScannedMembers implements ReadonlyMap<string, ScannedMember> {
  private readonly names: string[] = [];
  private readonly members: ScannedMember[] = [];
  private table: Map<string, ScannedMember> | null = null;

  /** Of a name that is not there yet. */
  add(name: string, member: ScannedMember): void {
    this.names.push(name);
    this.members.push(member);
    if (this.table !== null) this.table.set(name, member);
    else if (this.names.length > FEW) this.table = this.map();
  }

  get size(): number {
    return this.names.length;
  }

  get(name: string): ScannedMember | undefined {
    if (this.table !== null) return this.table.get(name);
    const { names } = this;
    for (let at = 0; at < names.length; at++) if (names[at] === name) return this.members[at];
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  forEach(call: (member: ScannedMember, name: string, all: ReadonlyMap<string, ScannedMember>) => void): void {
    const { names, members } = this;
    for (let at = 0; at < names.length; at++) call(members[at] as ScannedMember, names[at] as string, this);
  }

  entries(): MapIterator<[string, ScannedMember]> {
    return this.map().entries();
  }

  keys(): MapIterator<string> {
    return this.map().keys();
  }

  values(): MapIterator<ScannedMember> {
    return this.map().values();
  }

  [Symbol.iterator](): MapIterator<[string, ScannedMember]> {
    return this.entries();
  }

  private map(): Map<string, ScannedMember> {
    return new Map(this.names.map((name, at) => [name, this.members[at] as ScannedMember]));
  }
}
