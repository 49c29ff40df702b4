import { Button, Select } from "@mantine/core";
import { useState } from "react";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { showToast } from "../../components/toasts.tsx";
import { oneOf } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { MOST_ROWS } from "./people-types.ts";

export const MEMBER_ROLES = ["member", "team_admin"] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export interface Member {
  userId: number;
  email: string;
  displayName: string;
  /** Of a team only. */
  role?: MemberRole;
}

export interface MemberListProps {
  /** Of whom, for what is kept of earlier reads. */
  of: string;
  list: (client: AdminClient) => Promise<Member[]>;
  put: (client: AdminClient, user: number, role: MemberRole) => Promise<unknown>;
  remove: (client: AdminClient, user: number) => Promise<unknown>;
  onChanged: () => void;
}

/** Who is in a team or project: added by address, taken out with a way back. */
export function MemberList({ of, list, put, remove, onChanged }: MemberListProps) {
  const members = useQuery(`members of ${of}`, list);
  const changed = (): void => {
    members.reload();
    onChanged();
  };
  const acting = useAction(async (client, { user, role }: { user: number; role: MemberRole | null }) => {
    await (role === null ? remove(client, user) : put(client, user, role));
    return true;
  });
  const act = async (user: number, role: MemberRole | null): Promise<boolean> => {
    const done = (await acting.run({ user, role })) !== null;
    if (done) changed();
    return done;
  };
  const takeOut = async ({ userId, email, role = "member" }: Member): Promise<void> => {
    if (!(await act(userId, null))) return;
    showToast({ text: t("people:takenOut", { email }), undo: () => void act(userId, role) });
  };
  const inside = new Set(members.value?.map(({ userId }) => userId));
  return (
    <section className="stack" aria-label={t("people:members")}>
      <h2>{t("people:members")}</h2>
      {acting.problem !== null && <Notice tone="bad">{acting.problem}</Notice>}
      <QueryState query={members} rows={3}>
        {(rows) => (
          <ul className="member-list">
            {rows.map((member) => (
              <li key={member.userId}>
                <span className="cut">{member.email}</span>
                {member.role !== undefined && (
                  <Select
                    aria-label={t("people:roleOf", { email: member.email })}
                    allowDeselect={false}
                    data={MEMBER_ROLES.map((value) => ({ value, label: t(`people:memberRoles.${value}`) }))}
                    value={member.role}
                    onChange={(value) => void act(member.userId, oneOf(MEMBER_ROLES, value) ?? "member")}
                  />
                )}
                <Button size="compact-xs" onClick={() => void takeOut(member)}>
                  {t("people:takeOut")}
                  <span className="visually-hidden"> {member.email}</span>
                </Button>
              </li>
            ))}
            {rows.length === 0 && <li className="soft">{t("people:nobody")}</li>}
          </ul>
        )}
      </QueryState>
      <PutIn inside={inside} onPutIn={(user) => act(user, "member")} />
    </section>
  );
}

/** Whoever is not in it yet. */
function PutIn({ inside, onPutIn }: { inside: ReadonlySet<number>; onPutIn: (user: number) => Promise<boolean> }) {
  const users = useQuery("users", (client) => client.call("listUsers", { query: { limit: MOST_ROWS } }));
  const [adding, setAdding] = useState<string | null>(null);
  const putIn = async (): Promise<void> => {
    if (await onPutIn(Number(adding))) setAdding(null);
  };
  return (
    <div className="panel-actions">
      <Select
        aria-label={t("people:whom")}
        placeholder={t("people:whom")}
        searchable
        limit={30}
        data={(users.value ?? [])
          .filter(({ id }) => !inside.has(id))
          .map(({ id, email }) => ({ value: String(id), label: email }))}
        value={adding}
        onChange={setAdding}
      />
      <Button disabled={adding === null} onClick={() => void putIn()}>
        {t("people:putIn")}
      </Button>
    </div>
  );
}
