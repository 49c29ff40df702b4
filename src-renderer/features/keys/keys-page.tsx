import "../../styles/forms.css";
import "./keys.css";
import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useSessionState } from "../../api/gateway-context.tsx";
import type { SignedInUser } from "../../api/session.ts";
import { type Query, useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { oneOf, useAddress } from "../../components/use-address.ts";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { KeyDetails } from "./key-details.tsx";
import { KeyTable } from "./key-table.tsx";
import { type ClientKey, KEY_STATES } from "./key-types.ts";
import { MakeKey } from "./make-key.tsx";

const MOST_ROWS = 5_000;

interface ReadKeys {
  rows: ClientKey[];
  readAtUs: number;
}

/** The keys that agents and SDKs come with. */
export function KeysPage() {
  const session = useSessionState();
  const user = session.phase === "signed-in" ? session.user : null;
  if (user === null) return null;
  if (user.role !== "gateway_user") return <AllKeys user={user} />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("keys:title")}</h1>
      </header>
      <section className="panel">
        <Empty title={t("keys:askTitle")}>
          <p>{t("keys:askText")}</p>
        </Empty>
      </section>
    </div>
  );
}

function AllKeys({ user }: { user: SignedInUser }) {
  const address = useAddress();
  const words = address.get("words") ?? "";
  const state = oneOf(KEY_STATES, address.get("state"));
  const [isMaking, setMaking] = useState(false);
  const query = { limit: MOST_ROWS, ...(words === "" ? {} : { q: words }), ...(state === null ? {} : { state }) };
  const keys = useQuery(`keys ${state ?? ""} ${words}`, async (client) => ({
    rows: await client.call("listKeys", { query }),
    readAtUs: Date.now() * 1_000,
  }));
  const owners = useOwners();
  const chosen = keys.value?.rows.find(({ id }) => String(id) === address.get("key"));
  const isFiltered = words !== "" || state !== null;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("keys:title")}</h1>
        <div className="page-tools">
          <SearchInput label={t("keys:search")} words={words} onSearch={(next) => address.set({ words: next })} />
          <Select
            aria-label={t("keys:state")}
            placeholder={t("keys:allStates")}
            data={KEY_STATES.map((value) => ({ value, label: t(`keys:states.${value}`) }))}
            value={state}
            onChange={(next) => address.set({ state: next })}
            clearable
          />
          <Button variant="filled" onClick={() => setMaking(true)}>
            {t("keys:make")}
          </Button>
        </div>
      </header>
      <KeyPanel keys={keys} owners={owners} isFiltered={isFiltered} onMake={() => setMaking(true)} />
      <MakeKey
        isOpen={isMaking}
        ownUserId={user.id}
        users={owners.users}
        teams={owners.teams}
        onClose={() => setMaking(false)}
        onMade={keys.reload}
      />
      <Sheet title={chosen?.name ?? ""} isOpen={chosen !== undefined} onClose={() => address.set({ key: null })}>
        {chosen !== undefined && (
          <KeyDetails
            key={chosen.id}
            clientKey={chosen}
            owner={owners.ownerOf(chosen)}
            team={owners.teamOf(chosen)}
            nowUs={keys.value?.readAtUs ?? 0}
            onChanged={keys.reload}
          />
        )}
      </Sheet>
    </div>
  );
}

function KeyPanel({
  keys,
  owners,
  isFiltered,
  onMake,
}: {
  keys: Query<ReadKeys>;
  owners: ReturnType<typeof useOwners>;
  isFiltered: boolean;
  onMake: () => void;
}) {
  const address = useAddress();
  return (
    <section className="panel tall-table">
      <QueryState query={keys} rows={10}>
        {({ rows, readAtUs }) =>
          rows.length === 0 ? (
            <NoKeys isFiltered={isFiltered} onClear={() => address.set({ words: null, state: null })} onMake={onMake} />
          ) : (
            <>
              <KeyTable
                rows={rows}
                nowUs={readAtUs}
                ownerOf={owners.ownerOf}
                teamOf={owners.teamOf}
                onOpen={({ id }) => address.set({ key: String(id) })}
              />
              {rows.length === MOST_ROWS && (
                <p className="soft small table-note">{t("keys:more", { shown: formatCount(MOST_ROWS) })}</p>
              )}
            </>
          )
        }
      </QueryState>
    </section>
  );
}

function NoKeys({ isFiltered, onClear, onMake }: { isFiltered: boolean; onClear: () => void; onMake: () => void }) {
  if (isFiltered) {
    return (
      <Empty title={t("keys:noMatch")}>
        <Button onClick={onClear}>{t("kit:clear")}</Button>
      </Empty>
    );
  }
  return (
    <Empty title={t("keys:emptyTitle")}>
      <p>{t("keys:emptyText")}</p>
      <Button variant="filled" onClick={onMake}>
        {t("keys:make")}
      </Button>
    </Empty>
  );
}

/** Who keys belong to, by name. */
function useOwners() {
  const users = useQuery("users", (client) => client.call("listUsers", { query: { limit: MOST_ROWS } })).value ?? [];
  const teams = useQuery("teams", (client) => client.call("listTeams", { query: { limit: 500 } })).value?.items ?? [];
  const emails = new Map(users.map(({ id, email }) => [id, email]));
  const names = new Map(teams.map(({ id, name }) => [id, name]));
  const teamOf = ({ teamId }: ClientKey): string => (teamId === null ? "–" : (names.get(teamId) ?? `#${teamId}`));
  const ownerOf = (key: ClientKey): string =>
    key.isService ? t("keys:ofTeam") : (emails.get(key.userId) ?? `#${key.userId}`);
  return { users, teams, ownerOf, teamOf };
}
