import { Button, UnstyledButton } from "@mantine/core";
import { type ComponentType, useState } from "react";
import type { Query } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { useAddress } from "../../components/use-address.ts";
import { formatCount } from "../../format/numbers.ts";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import type { Team } from "./people-types.ts";

export interface GroupListProps<Group extends Team> {
  kind: "teams" | "projects";
  groups: Query<{ items: Group[]; nextCursor: string | null }>;
  /** Between the name and the number of members. */
  columns?: Column<Group>[];
  Make: ComponentType<{ onMade: () => void }>;
  Details: ComponentType<{ group: Group; onChanged: () => void }>;
}

/** Teams or projects: a table, a form to make one, and one of them in a sheet. */
export function GroupList<Group extends Team>({ kind, groups, columns = [], Make, Details }: GroupListProps<Group>) {
  const address = useAddress();
  const dayMs = useDay();
  const [isMaking, setMaking] = useState(false);
  const words = address.get("words") ?? "";
  const chosen = groups.value?.items.find(({ id }) => String(id) === address.get("group"));
  return (
    <>
      <div className="people-tools">
        <SearchInput
          key={kind}
          label={t(`people:searchIn.${kind}`)}
          words={words}
          onSearch={(next) => address.set({ words: next })}
        />
        <div className="page-tools">
          <Button variant="filled" onClick={() => setMaking(true)}>
            {t(`people:makeGroup.${kind}`)}
          </Button>
        </div>
      </div>
      <section className="panel tall-table">
        <QueryState query={groups} rows={5}>
          {({ items, nextCursor }) =>
            items.length === 0 ? (
              <Empty title={t(words === "" ? `people:noGroups.${kind}` : "people:noMatch")}>
                {words === "" && <p>{t(`people:groupTexts.${kind}`)}</p>}
              </Empty>
            ) : (
              <>
                <DataTable
                  label={t(`people:views.${kind}`)}
                  columns={columnsOf(columns, dayMs, (group) => address.set({ group: String(group.id) }))}
                  rows={items}
                  keyOf={({ id }) => id}
                />
                {nextCursor !== null && (
                  <p className="soft small table-note">{t("people:more", { shown: formatCount(items.length) })}</p>
                )}
              </>
            )
          }
        </QueryState>
      </section>
      <Sheet title={t(`people:makeGroup.${kind}`)} isOpen={isMaking} onClose={() => setMaking(false)}>
        <Make
          onMade={() => {
            setMaking(false);
            groups.reload();
          }}
        />
      </Sheet>
      <Sheet title={chosen?.name ?? ""} isOpen={chosen !== undefined} onClose={() => address.set({ group: null })}>
        {chosen !== undefined && <Details key={chosen.id} group={chosen} onChanged={groups.reload} />}
      </Sheet>
    </>
  );
}

function columnsOf<Group extends Team>(
  own: Column<Group>[],
  dayMs: number,
  onOpen: (group: Group) => void,
): Column<Group>[] {
  return [
    {
      id: "name",
      header: t("people:groupName"),
      cell: (group) => (
        <UnstyledButton className="row-button cut" onClick={() => onOpen(group)}>
          {group.name}
        </UnstyledButton>
      ),
      sortBy: ({ name }) => name,
    },
    ...own,
    {
      id: "members",
      header: t("people:members"),
      cell: ({ members }) => formatCount(members),
      sortBy: ({ members }) => members,
      isNumber: true,
    },
    {
      id: "since",
      header: t("people:since"),
      cell: ({ createdAtUs }) => formatMoment(createdAtUs, dayMs),
      sortBy: ({ createdAtUs }) => createdAtUs,
      isMinor: true,
    },
  ];
}
