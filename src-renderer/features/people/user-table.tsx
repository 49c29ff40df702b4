import { Button, UnstyledButton } from "@mantine/core";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { HealthDot } from "../../components/health-dot.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import type { User } from "./people-types.ts";
import { useStatusChange } from "./use-status-change.ts";

export interface UserTableProps {
  rows: readonly User[];
  ownId: number;
  onOpen: (user: User) => void;
  onChanged: () => void;
}

export function UserTable({ rows, ownId, onOpen, onChanged }: UserTableProps) {
  const dayMs = useDay();
  const changeStatus = useStatusChange(onChanged);
  return (
    <DataTable
      label={t("people:views.users")}
      columns={columnsFor(dayMs, { ownId, onOpen, onStatus: changeStatus })}
      rows={rows}
      keyOf={({ id }) => id}
    />
  );
}

function columnsFor(
  dayMs: number,
  { ownId, onOpen, onStatus }: { ownId: number; onOpen: (user: User) => void; onStatus: (user: User) => void },
): Column<User>[] {
  return [
    {
      id: "email",
      header: t("people:email"),
      cell: (user) => (
        <UnstyledButton className="row-button cut" onClick={() => onOpen(user)}>
          {user.email}
        </UnstyledButton>
      ),
      sortBy: ({ email }) => email,
    },
    {
      id: "name",
      header: t("people:name"),
      cell: ({ displayName }) => displayName || "–",
      sortBy: ({ displayName }) => displayName || null,
      isMinor: true,
    },
    { id: "role", header: t("people:role"), cell: ({ role }) => t(`people:roles.${role}`), sortBy: ({ role }) => role },
    {
      id: "status",
      header: t("people:status"),
      cell: ({ status }) => (
        <span className="state">
          <HealthDot tone={status === "active" ? "good" : "warn"} /> {t(`people:statuses.${status}`)}
        </span>
      ),
      sortBy: ({ status }) => status,
    },
    {
      id: "since",
      header: t("people:since"),
      cell: ({ createdAtUs }) => formatMoment(createdAtUs, dayMs),
      sortBy: ({ createdAtUs }) => createdAtUs,
      isMinor: true,
    },
    {
      id: "change",
      header: "",
      cell: (user) =>
        user.id === ownId ? (
          <span className="soft">{t("people:you")}</span>
        ) : (
          <Button size="compact-xs" onClick={() => onStatus(user)}>
            {t(user.status === "active" ? "people:suspend" : "people:activate")}
            <span className="visually-hidden"> {user.email}</span>
          </Button>
        ),
      isMinor: true,
    },
  ];
}
