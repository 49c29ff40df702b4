import { ActionIcon } from "@mantine/core";
import { useEffect, useState } from "react";
import { t } from "../i18n/t.ts";
import { Icon } from "./icon.tsx";
import { Tip } from "./tip.tsx";

const SHOWN_MS = 1_500;

/** Puts a value on the clipboard and says so. `thing` names the value for those who do not see what it stands beside. */
export function CopyButton({ value, thing }: { value: string; thing: string }) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    copyText(value).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  const said = state === "copied" ? t("frame:copied") : state === "failed" ? t("frame:copyFailed") : t("frame:copy");
  return (
    <>
      <Tip label={said} isOpen={state !== "idle"}>
        <ActionIcon
          aria-label={t("frame:copyThing", { thing })}
          onClick={copy}
          data-ink={state === "copied" ? "good" : undefined}
        >
          <Icon name={state === "copied" ? "check" : "copy"} />
        </ActionIcon>
      </Tip>
      <output className="visually-hidden">{state === "idle" ? "" : said}</output>
    </>
  );
}

async function copyText(value: string): Promise<void> {
  // Browsers keep the clipboard from pages that came over plain HTTP from another computer.
  if (!navigator.clipboard) throw new Error("no clipboard");
  await navigator.clipboard.writeText(value);
}
