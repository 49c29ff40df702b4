import { CloseButton, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { t } from "../i18n/t.ts";
import { Icon } from "./icon.tsx";

const PAUSE_MS = 250;

/** Words to search for, told when the person pauses: every key would be a search at the gateway. */
export function SearchInput({
  label,
  words,
  onSearch,
}: {
  label: string;
  words: string;
  onSearch: (words: string) => void;
}) {
  const [typed, setTyped] = useState(words);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = (): void => {
    if (timer.current !== null) clearTimeout(timer.current);
  };
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  const type = (text: string, pauseMs: number): void => {
    setTyped(text);
    stop();
    timer.current = setTimeout(() => onSearch(text.trim()), pauseMs);
  };
  return (
    <TextInput
      className="search-input"
      aria-label={label}
      placeholder={label}
      leftSection={<Icon name="search" size={14} />}
      rightSection={
        typed === "" ? null : <CloseButton size="xs" aria-label={t("kit:clear")} onClick={() => type("", 0)} />
      }
      value={typed}
      onChange={(event) => type(event.currentTarget.value, PAUSE_MS)}
    />
  );
}
