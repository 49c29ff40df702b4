import { type RefObject, useEffect } from "react";
import type { DesktopBridge } from "../../../src-main/preload.ts";

/** Tells the app how high the page is, now and whenever that changes: the window is made to fit. */
export function useFit(box: RefObject<HTMLElement | null>, { fit }: DesktopBridge["popover"]): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => void fit(Math.max(1, Math.ceil(element.getBoundingClientRect().height))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, fit]);
}
