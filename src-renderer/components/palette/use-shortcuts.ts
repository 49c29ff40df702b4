import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import type { PageEntry } from "../../pages.ts";
import { keyOfPage } from "./page-keys.ts";

/** A second key counts as one with the first for as long as this. */
const PAIR_MS = 1_200;

/** Keys that work on every page: ⌘K or Ctrl+K, `?`, and `g` with the letter of a page. Letters are left to who types. */
export function useShortcuts(
  pages: readonly PageEntry[],
  { openPalette, openShortcuts }: { openPalette: () => void; openShortcuts: () => void },
): void {
  const [, go] = useLocation();
  const latest = useRef({ pages, go, openPalette, openShortcuts });
  useEffect(() => {
    latest.current = { pages, go, openPalette, openShortcuts };
  });
  useEffect(() => {
    let goesAtMs = Number.NEGATIVE_INFINITY;
    const listen = (event: KeyboardEvent): void => {
      const now = latest.current;
      const key = event.key.toLowerCase();
      if (key === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        return now.openPalette();
      }
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isBusy(event.target)) return;
      const wasGo = event.timeStamp - goesAtMs < PAIR_MS;
      goesAtMs = key === "g" && !wasGo ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (event.key === "?") return now.openShortcuts();
      const page = wasGo ? now.pages.find(({ path }) => keyOfPage(path) === key) : undefined;
      if (!page) return;
      event.preventDefault();
      now.go(page.path);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

/** Somebody types there, or a dialog is in front of the page. */
function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open], [role="dialog"]') !== null) return true;
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}

/** How the key that opens the palette is called on this computer. */
export const paletteKeys = (): string => (/Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K");
