import { Select } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import type { Column } from "../../components/data-table.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { useAddress } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { GroupForm } from "./group-form.tsx";
import { GroupList } from "./group-list.tsx";
import { MemberList } from "./member-list.tsx";
import type { Project, Team } from "./people-types.ts";

export function ProjectList() {
  const words = useAddress().get("words") ?? "";
  const projects = useQuery(`projects ${words}`, (client) =>
    client.call("listProjects", { query: { limit: 500, ...(words === "" ? {} : { q: words }) } }),
  );
  const teams = useTeams();
  return (
    <GroupList
      kind="projects"
      groups={projects}
      columns={[teamColumn(teams)]}
      Make={MakeProject}
      Details={ProjectDetails}
    />
  );
}

const useTeams = (): Team[] =>
  useQuery("teams ", (client) => client.call("listTeams", { query: { limit: 500 } })).value?.items ?? [];

function teamColumn(teams: readonly Team[]): Column<Project> {
  const nameOf = ({ teamId }: Project): string =>
    teamId === null ? t("people:allTeams") : (teams.find(({ id }) => id === teamId)?.name ?? `#${teamId}`);
  return { id: "team", header: t("people:team"), cell: nameOf, sortBy: nameOf };
}

function TeamChoice({ teamId, onChoose }: { teamId: number | null; onChoose: (teamId: number | null) => void }) {
  const teams = useTeams();
  return (
    <Select
      label={t("people:team")}
      placeholder={t("people:allTeams")}
      searchable
      clearable
      data={teams.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={teamId === null ? null : String(teamId)}
      onChange={(value) => onChoose(value === null ? null : Number(value))}
    />
  );
}

function MakeProject({ onMade }: { onMade: () => void }) {
  const [teamId, setTeamId] = useState<number | null>(null);
  const making = useAction((client, name: string) => client.call("createProject", { body: { name, teamId } }));
  return (
    <GroupForm label={t("people:makeGroup.projects")} saving={making} onSaved={onMade}>
      <TeamChoice teamId={teamId} onChoose={setTeamId} />
    </GroupForm>
  );
}

function ProjectDetails({ group: project, onChanged }: { group: Project; onChanged: () => void }) {
  const address = useAddress();
  const params = { id: project.id };
  const [teamId, setTeamId] = useState(project.teamId);
  const saving = useAction((client, name: string) => client.call("updateProject", { params, body: { name, teamId } }));
  const deleting = useAction((client) => client.call("deleteProject", { params }));
  const remove = async (): Promise<void> => {
    if ((await deleting.run(undefined)) === null) return;
    showToast({ text: t("people:groupDeleted", { name: project.name }) });
    address.set({ group: null });
    onChanged();
  };
  return (
    <div className="stack">
      <GroupForm name={project.name} label={t("people:save")} saving={saving} onSaved={onChanged}>
        <TeamChoice teamId={teamId} onChoose={setTeamId} />
      </GroupForm>
      <MemberList
        of={`project ${project.id}`}
        list={(client) => client.call("listProjectMembers", { params })}
        put={(client, user) => client.call("addProjectMember", { params: { ...params, user } })}
        remove={(client, user) => client.call("removeProjectMember", { params: { ...params, user } })}
        onChanged={onChanged}
      />
      {deleting.problem !== null && <Notice tone="bad">{deleting.problem}</Notice>}
      <div className="people-danger">
        <ConfirmButton
          label={t("people:deleteGroup.projects")}
          question={t("people:deleteProjectText", { name: project.name })}
          isRunning={deleting.isRunning}
          onConfirm={() => void remove()}
        />
      </div>
    </div>
  );
}
