/**
 * One editor a notation. They change the text of single keys and leave every other byte as it is; `edit-text.ts` checks
 * that this is what happened.
 */
import type { Json } from "../json.ts";
import type { KeyPath } from "../types.ts";

/** How a value is to be written: anew, or exactly as it once stood. */
export type Source = { value: Json } | { raw: string };

export interface Editor {
  /** @throws UnreadableText */
  parse(text: string): Json;
  /** The text of a value as it stands; undefined where there is none, or where it cannot be put back as text. */
  rawAt(text: string, path: KeyPath): string | undefined;
  /** @throws UnreadableText where the place is written in a way that this editor cannot add to. */
  set(text: string, path: KeyPath, source: Source, first: boolean): string;
  /** Nothing happens where it is not there. */
  remove(text: string, path: KeyPath): string;
  /** From 1; null where it is not there. */
  lineOf(text: string, path: KeyPath): number | null;
}

/** The text is not what it should be, or is written in a way that cannot be edited safely. */
export class UnreadableText extends Error {
  override readonly name = "UnreadableText";
  readonly line: number | null;
  constructor(message: string, line: number | null = null) {
    super(message);
    this.line = line;
  }
}
