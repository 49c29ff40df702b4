import "../../styles/forms.css";
import "./people.css";
import { SegmentedControl } from "@mantine/core";
import { useSessionState } from "../../api/gateway-context.tsx";
import { oneOf, useAddress } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { VIEWS } from "./people-types.ts";
import { ProjectList } from "./project-list.tsx";
import { TeamList } from "./team-list.tsx";
import { UserList } from "./user-list.tsx";

/** Who may use the gateway, and for whom it counts. */
export function PeoplePage() {
  const session = useSessionState();
  const address = useAddress();
  const view = oneOf(VIEWS, address.get("view")) ?? "users";
  if (session.phase !== "signed-in") return null;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("people:title")}</h1>
        <SegmentedControl
          size="xs"
          aria-label={t("people:title")}
          value={view}
          onChange={(next) => address.set({ view: next, words: null, role: null, status: null })}
          data={VIEWS.map((value) => ({ value, label: t(`people:views.${value}`) }))}
        />
      </header>
      {view === "users" && <UserList own={session.user} />}
      {view === "teams" && <TeamList />}
      {view === "projects" && <ProjectList />}
    </div>
  );
}
