/** All words of the console. A translation is another file of the same type, chosen here. */
import { en } from "./en.ts";

export type Dictionary = typeof en;

export const text: Dictionary = en;
