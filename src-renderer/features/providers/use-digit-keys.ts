import { useEffect, useRef } from "react";

/** Calls with 1 to 9 when that key is pressed, except where somebody types or a dialog is open. */
export function useDigitKeys(onDigit: (digit: number) => void): void {
  const latest = useRef(onDigit);
  useEffect(() => {
    latest.current = onDigit;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input:not([type='checkbox']), textarea, select, [contenteditable], [role='dialog']")) return;
      if (document.querySelector("[role='dialog']")) return;
      latest.current(Number(event.key));
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
