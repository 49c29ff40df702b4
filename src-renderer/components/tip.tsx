import "./tip.css";
import { type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

const HOVER_MS = 400;
const GAP = 6;
const EDGE = 8;

/**
 * Says in a bubble what a button without words is for: to a mouse that rests on it, and at once to the keyboard. Whoever
 * listens is told by the button's own label, so the bubble is for eyes only. Mantine's brings a layout engine with it that
 * the first page needs for nothing else.
 */
export function Tip({ label, isOpen = false, children }: { label: string; isOpen?: boolean; children: ReactNode }) {
  const [isWanted, setIsWanted] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const owner = useRef<HTMLSpanElement>(null);
  const forget = useCallback((): void => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
  }, []);
  const hide = (): void => {
    forget();
    setIsWanted(false);
  };
  useEffect(() => forget, [forget]);
  return (
    <span
      ref={owner}
      className="tip"
      role="none"
      onPointerEnter={({ pointerType }) => {
        if (pointerType === "mouse") timer.current ??= setTimeout(() => setIsWanted(true), HOVER_MS);
      }}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={({ target }) => setIsWanted(target.matches(":focus-visible"))}
      onBlur={hide}
      onKeyDown={({ key }) => key === "Escape" && hide()}
    >
      {children}
      {(isWanted || isOpen) && createPortal(<Bubble key={label} label={label} owner={owner} />, document.body)}
    </span>
  );
}

function Bubble({ label, owner }: { label: string; owner: RefObject<HTMLSpanElement | null> }) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = bubble.current;
    const around = owner.current?.getBoundingClientRect();
    if (!element || !around) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    const middle = around.left + (around.width - width) / 2;
    const isAbove = around.top - GAP - height >= EDGE;
    element.style.left = `${Math.max(EDGE, Math.min(middle, window.innerWidth - width - EDGE))}px`;
    element.style.top = `${isAbove ? around.top - GAP - height : around.bottom + GAP}px`;
  }, [owner]);
  return (
    <div ref={bubble} className="tip-bubble" aria-hidden="true">
      {label}
    </div>
  );
}
