/** The letter that goes to a page when it is typed after `g`. */
const PAGE_KEYS: Readonly<Record<string, string>> = {
  "/": "o",
  "/requests": "r",
  "/usage": "u",
  "/budgets": "b",
  "/playground": "y",
  "/providers": "p",
  "/routing": "t",
  "/agents": "a",
  "/keys": "k",
  "/hooks": "h",
  "/settings": "s",
  "/people": "m",
  "/audit": "l",
  "/operations": "x",
  "/config-history": "c",
};

export const keyOfPage = (path: string): string | undefined => PAGE_KEYS[path];
