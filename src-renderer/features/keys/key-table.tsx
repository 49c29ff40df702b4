import { UnstyledButton } from "@mantine/core";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { type ClientKey, type KeyState, limitsInWords, stateOf } from "./key-types.ts";

const TONES: Readonly<Record<KeyState, Tone>> = { active: "good", expired: "warn", revoked: "idle" };

export interface KeyTableProps {
  rows: readonly ClientKey[];
  nowUs: number;
  ownerOf: (key: ClientKey) => string;
  teamOf: (key: ClientKey) => string;
  onOpen: (key: ClientKey) => void;
}

export function KeyTable(props: KeyTableProps) {
  const dayMs = useDay();
  return (
    <DataTable label={t("keys:title")} columns={columnsFor(props, dayMs)} rows={props.rows} keyOf={({ id }) => id} />
  );
}

function columnsFor({ nowUs, ownerOf, teamOf, onOpen }: KeyTableProps, dayMs: number): Column<ClientKey>[] {
  const moment = (us: number | null, otherwise: string): string => (us === null ? otherwise : formatMoment(us, dayMs));
  return [
    {
      id: "name",
      header: t("keys:name"),
      cell: (key) => (
        <UnstyledButton className="row-button cut" onClick={() => onOpen(key)}>
          {key.name}
        </UnstyledButton>
      ),
      sortBy: ({ name }) => name,
    },
    {
      id: "state",
      header: t("keys:state"),
      cell: (key) => <State state={stateOf(key, nowUs)} />,
      sortBy: (key) => stateOf(key, nowUs),
    },
    {
      id: "owner",
      header: t("keys:owner"),
      cell: (key) => <span className="cut key-cell">{ownerOf(key)}</span>,
      sortBy: ownerOf,
      isMinor: true,
    },
    { id: "team", header: t("keys:team"), cell: teamOf, sortBy: teamOf, isMinor: true },
    { id: "prefix", header: t("keys:prefix"), cell: ({ prefix }) => <code>{prefix}…</code>, isMinor: true },
    {
      id: "scopes",
      header: t("keys:scopes"),
      cell: ({ scopes }) => (
        <span className="cut key-cell" title={scopes.join(", ")}>
          {scopes.join(", ") || t("keys:everything")}
        </span>
      ),
      isMinor: true,
    },
    { id: "limits", header: t("keys:limits"), cell: ({ limits }) => limitsInWords(limits), isMinor: true },
    {
      id: "used",
      header: t("keys:lastUsed"),
      cell: ({ lastUsedAtUs }) => moment(lastUsedAtUs, t("keys:neverUsed")),
      sortBy: ({ lastUsedAtUs }) => lastUsedAtUs,
    },
    {
      id: "expires",
      header: t("keys:expires"),
      cell: ({ expiresAtUs }) => moment(expiresAtUs, t("keys:never")),
      sortBy: ({ expiresAtUs }) => expiresAtUs,
      isMinor: true,
    },
  ];
}

const State = ({ state }: { state: KeyState }) => (
  <span className="state">
    <HealthDot tone={TONES[state]} /> {t(`keys:states.${state}`)}
  </span>
);
