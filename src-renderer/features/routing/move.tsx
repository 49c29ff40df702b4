import { ActionIcon } from "@mantine/core";
import type { Entry } from "../../configuration/config-value.ts";
import { t } from "../../i18n/t.ts";
import { matchOf } from "./route-draft.ts";

export const nameOf = (route: Entry | undefined): string =>
  (route === undefined ? "" : matchOf(route)) || t("routing:anyModel");

export function Move({
  name,
  isUp = false,
  isOff,
  onMove,
}: {
  name: string;
  isUp?: boolean;
  isOff: boolean;
  onMove: () => void;
}) {
  return (
    <ActionIcon
      aria-label={isUp ? t("routing:moveUp", { name }) : t("routing:moveDown", { name })}
      disabled={isOff}
      onClick={onMove}
    >
      <span aria-hidden="true">{isUp ? "↑" : "↓"}</span>
    </ActionIcon>
  );
}
