/**
 * The closed list of named quirks. A provider's row or the operator's `options.compat` names them; code asks for a flag
 * and never for a provider.
 */
export const COMPAT_FLAGS = {
  "no-stream-options": "Refuses the field `stream_options`, so usage cannot be asked for in a stream.",
} as const satisfies Record<string, string>;
export type CompatFlag = keyof typeof COMPAT_FLAGS;
export const isCompatFlag = (text: string): text is CompatFlag => Object.hasOwn(COMPAT_FLAGS, text);
