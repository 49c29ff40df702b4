import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { t } from "../i18n/t.ts";

export interface ConfirmButtonProps {
  /** What the button does: "Revoke". */
  label: string;
  /** What becomes of it, asked for in place. */
  question: string;
  isRunning?: boolean;
  onConfirm: () => void;
}

/** For what cannot be undone: it asks where the button was, and the safe answer has the focus. */
export function ConfirmButton({ label, question, isRunning = false, onConfirm }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const safe = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsking) safe.current?.focus();
  }, [isAsking]);
  if (!isAsking) {
    return (
      <Button data-ink="bad" loading={isRunning} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    <div className="confirm" role="alertdialog" aria-label={label}>
      <p>{question}</p>
      <div className="panel-actions">
        <Button ref={safe} onClick={() => setAsking(false)}>
          {t("kit:keep")}
        </Button>
        <Button
          color="red"
          variant="filled"
          onClick={() => {
            setAsking(false);
            onConfirm();
          }}
        >
          {label}
        </Button>
      </div>
    </div>
  );
}
