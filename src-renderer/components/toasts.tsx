import "./toasts.css";
import { Button, CloseButton } from "@mantine/core";
import { useEffect, useSyncExternalStore } from "react";
import { t } from "../i18n/t.ts";

export interface Toast {
  text: string;
  tone?: "good" | "bad";
  /** Takes the deed back; offered for as long as the toast is there. */
  undo?: () => void;
}

const SHOWN_MS = 8_000;
const MAX = 4;

let shown: readonly (Toast & { id: number })[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: typeof shown): void {
  shown = next;
  for (const listener of listeners) listener();
}

const remove = (id: number): void => change(shown.filter((toast) => toast.id !== id));

/**
 * Says something for a while at the edge of the page, wherever the person is by then. What is said again takes the place
 * of the time before, whose undo is out of date.
 */
export function showToast(toast: Toast): void {
  lastId += 1;
  const others = shown.filter(({ text }) => text !== toast.text);
  change([...others, { ...toast, id: lastId }].slice(-MAX));
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Where toasts appear; once on a page. */
export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <output className="toasts">
      {toasts.map((toast) => (
        <OneToast key={toast.id} toast={toast} onClose={() => remove(toast.id)} />
      ))}
    </output>
  );
}

function OneToast({ toast, onClose }: { toast: Toast & { id: number }; onClose: () => void }) {
  const { id, text, tone, undo } = toast;
  useEffect(() => {
    const timer = setTimeout(() => remove(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className="toast" data-tone={tone}>
      <span>{text}</span>
      {undo && (
        <Button
          size="compact-xs"
          onClick={() => {
            undo();
            onClose();
          }}
        >
          {t("kit:undo")}
        </Button>
      )}
      <CloseButton size="xs" aria-label={t("kit:dismiss")} onClick={onClose} />
    </div>
  );
}
