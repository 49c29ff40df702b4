/** Which bytes may stand where (RFC 9110, section 5), as tables, because they are asked for each byte of each head. */

export const CR = 13;
export const LF = 10;
export const SPACE = 32;
export const TAB = 9;
export const COLON = 58;

/** 1 for what a header's name is made of. */
export const TOKEN = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  TOKEN[char.charCodeAt(0)] = 1;

/** 1 for what a header's value is made of: all that can be seen, spaces and tabs, and the upper half of Latin-1. */
export const VALUE = new Uint8Array(256).fill(1, SPACE).fill(1, TAB, TAB + 1);
VALUE[127] = 0;

export const isMadeOf = (text: string, allowed: Uint8Array): boolean => {
  for (let at = 0; at < text.length; at++) if (allowed[text.charCodeAt(at)] !== 1) return false;
  return true;
};
