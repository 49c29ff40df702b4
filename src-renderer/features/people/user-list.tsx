import { Button, Select } from "@mantine/core";
import { useState } from "react";
import type { SignedInUser } from "../../api/session.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { saveFile } from "../../components/save-file.ts";
import { SearchInput } from "../../components/search-input.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { oneOf, useAddress } from "../../components/use-address.ts";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { ImportUsers } from "./import-users.tsx";
import { MakeUser } from "./make-user.tsx";
import { MOST_ROWS, ROLES, STATUSES } from "./people-types.ts";
import { UserDetails } from "./user-details.tsx";
import { UserTable } from "./user-table.tsx";

export function UserList({ own }: { own: SignedInUser }) {
  const address = useAddress();
  const [sheet, setSheet] = useState<"make" | "import" | null>(null);
  const { users, isFiltered } = useUsers();
  const chosen = users.value?.find(({ id }) => String(id) === address.get("user"));
  const close = (): void => setSheet(null);
  return (
    <>
      <UserTools onOpen={setSheet} />
      <section className="panel tall-table">
        <QueryState query={users} rows={10}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title={t(isFiltered ? "people:noMatch" : "people:noUsers")}>
                {isFiltered && (
                  <Button onClick={() => address.set({ words: null, role: null, status: null })}>
                    {t("kit:clear")}
                  </Button>
                )}
              </Empty>
            ) : (
              <>
                <UserTable
                  rows={rows}
                  ownId={own.id}
                  onOpen={({ id }) => address.set({ user: String(id) })}
                  onChanged={users.reload}
                />
                <p className="soft small table-note">
                  {t(rows.length === MOST_ROWS ? "people:more" : "people:shown", { shown: formatCount(rows.length) })}
                </p>
              </>
            )
          }
        </QueryState>
      </section>
      <Sheet title={t("people:make")} isOpen={sheet === "make"} onClose={close}>
        <MakeUser
          own={own}
          onMade={() => {
            close();
            users.reload();
          }}
        />
      </Sheet>
      <Sheet title={t("people:import")} isOpen={sheet === "import"} onClose={close} isWide>
        <ImportUsers onImported={users.reload} onClose={close} />
      </Sheet>
      <Sheet title={chosen?.email ?? ""} isOpen={chosen !== undefined} onClose={() => address.set({ user: null })}>
        {chosen !== undefined && <UserDetails key={chosen.id} user={chosen} own={own} onChanged={users.reload} />}
      </Sheet>
    </>
  );
}

function useUsers() {
  const address = useAddress();
  const words = address.get("words") ?? "";
  const role = oneOf(ROLES, address.get("role"));
  const status = oneOf(STATUSES, address.get("status"));
  const query = {
    limit: MOST_ROWS,
    ...(words === "" ? {} : { q: words }),
    ...(role === null ? {} : { role }),
    ...(status === null ? {} : { status }),
  };
  const users = useQuery(`people ${role ?? ""} ${status ?? ""} ${words}`, (client) =>
    client.call("listUsers", { query }),
  );
  return { users, isFiltered: words !== "" || role !== null || status !== null };
}

function UserTools({ onOpen }: { onOpen: (sheet: "make" | "import") => void }) {
  const address = useAddress();
  const exporting = useAction((client) => client.call("exportUsers"));
  const save = async (): Promise<void> => {
    const file = await exporting.run(undefined);
    if (file !== null) saveFile("users.csv", "text/csv", file.csv);
  };
  return (
    <>
      {exporting.problem !== null && <Notice tone="bad">{exporting.problem}</Notice>}
      <div className="people-tools">
        <SearchInput
          label={t("people:search")}
          words={address.get("words") ?? ""}
          onSearch={(words) => address.set({ words })}
        />
        <Select
          aria-label={t("people:role")}
          placeholder={t("people:allRoles")}
          data={ROLES.map((value) => ({ value, label: t(`people:roles.${value}`) }))}
          value={oneOf(ROLES, address.get("role"))}
          onChange={(role) => address.set({ role })}
          clearable
        />
        <Select
          aria-label={t("people:status")}
          placeholder={t("people:allStatuses")}
          data={STATUSES.map((value) => ({ value, label: t(`people:statuses.${value}`) }))}
          value={oneOf(STATUSES, address.get("status"))}
          onChange={(status) => address.set({ status })}
          clearable
        />
        <div className="page-tools">
          <Button loading={exporting.isRunning} onClick={() => void save()}>
            {t("people:export")}
          </Button>
          <Button onClick={() => onOpen("import")}>{t("people:import")}</Button>
          <Button variant="filled" onClick={() => onOpen("make")}>
            {t("people:make")}
          </Button>
        </div>
      </div>
    </>
  );
}
