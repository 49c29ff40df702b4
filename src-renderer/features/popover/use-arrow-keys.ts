import { type RefObject, useEffect } from "react";

/** Up and down go from one thing that can be clicked to the next, as in a menu. */
export function useArrowKeys(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const listen = (event: KeyboardEvent): void => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const buttons = [...element.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
      const at = buttons.findIndex((button) => button === document.activeElement);
      const next = at === -1 ? (step === 1 ? 0 : -1) : (at + step) % buttons.length;
      buttons.at(next)?.focus();
    };
    element.addEventListener("keydown", listen);
    return () => element.removeEventListener("keydown", listen);
  }, [box]);
}
