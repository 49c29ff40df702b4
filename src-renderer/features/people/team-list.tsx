import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { useAddress } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { GroupForm } from "./group-form.tsx";
import { GroupList } from "./group-list.tsx";
import { MemberList } from "./member-list.tsx";
import type { Team } from "./people-types.ts";

export function TeamList() {
  const words = useAddress().get("words") ?? "";
  const teams = useQuery(`teams ${words}`, (client) =>
    client.call("listTeams", { query: { limit: 500, ...(words === "" ? {} : { q: words }) } }),
  );
  return <GroupList kind="teams" groups={teams} Make={MakeTeam} Details={TeamDetails} />;
}

function MakeTeam({ onMade }: { onMade: () => void }) {
  const making = useAction((client, name: string) => client.call("createTeam", { body: { name } }));
  return <GroupForm label={t("people:makeGroup.teams")} saving={making} onSaved={onMade} />;
}

function TeamDetails({ group: team, onChanged }: { group: Team; onChanged: () => void }) {
  const address = useAddress();
  const params = { id: team.id };
  const renaming = useAction((client, name: string) => client.call("updateTeam", { params, body: { name } }));
  const deleting = useAction((client) => client.call("deleteTeam", { params }));
  const remove = async (): Promise<void> => {
    if ((await deleting.run(undefined)) === null) return;
    showToast({ text: t("people:groupDeleted", { name: team.name }) });
    address.set({ group: null });
    onChanged();
  };
  return (
    <div className="stack">
      <GroupForm name={team.name} label={t("people:rename")} saving={renaming} onSaved={onChanged} />
      <MemberList
        of={`team ${team.id}`}
        list={(client) => client.call("listTeamMembers", { params })}
        put={(client, user, role) => client.call("setTeamMember", { params: { ...params, user }, body: { role } })}
        remove={(client, user) => client.call("removeTeamMember", { params: { ...params, user } })}
        onChanged={onChanged}
      />
      {deleting.problem !== null && <Notice tone="bad">{deleting.problem}</Notice>}
      <div className="people-danger">
        <ConfirmButton
          label={t("people:deleteGroup.teams")}
          question={t("people:deleteTeamText", { name: team.name })}
          isRunning={deleting.isRunning}
          onConfirm={() => void remove()}
        />
      </div>
    </div>
  );
}
