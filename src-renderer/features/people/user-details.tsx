import { Button, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import type { SignedInUser } from "../../api/session.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { oneOf, useAddress } from "../../components/use-address.ts";
import { formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import { ROLES, rolesBelow, type User } from "./people-types.ts";

export interface UserDetailsProps {
  user: User;
  own: SignedInUser;
  onChanged: () => void;
}

/** One user, and all that can be done. */
export function UserDetails({ user, own, onChanged }: UserDetailsProps) {
  const mayChange = rolesBelow(own.role).includes(user.role);
  return (
    <div className="stack">
      <dl className="facts-list">
        <div>
          <dt>{t("people:status")}</dt>
          <dd>{t(`people:statuses.${user.status}`)}</dd>
        </div>
        <div>
          <dt>{t("people:since")}</dt>
          <dd>{formatFullMoment(user.createdAtUs)}</dd>
        </div>
      </dl>
      {mayChange ? (
        <>
          <ChangeUser user={user} own={own} onChanged={onChanged} />
          <UserSessions user={user} />
          {user.id !== own.id && <DeleteUser user={user} onChanged={onChanged} />}
        </>
      ) : (
        <p className="soft">{t("people:rootOnly")}</p>
      )}
      <Link href={`/audit?actor=${encodeURIComponent(user.email)}`}>{t("people:acts")}</Link>
    </div>
  );
}

function ChangeUser({ user, own, onChanged }: UserDetailsProps) {
  const [email, setEmail] = useState(user.email);
  const [displayName, setName] = useState(user.displayName);
  const [role, setRole] = useState(user.role);
  const changing = useAction((client) =>
    client.call("updateUser", {
      params: { id: user.id },
      body: { email: email.trim(), displayName: displayName.trim(), ...(role === user.role ? {} : { role }) },
    }),
  );
  const save = async (): Promise<void> => {
    if ((await changing.run(undefined)) === null) return;
    showToast({ text: t("people:saved", { email: email.trim() }), tone: "good" });
    onChanged();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        label={t("people:email")}
        type="email"
        required
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <TextInput
        label={t("people:name")}
        maxLength={200}
        value={displayName}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t("people:role")}
        description={t(`people:roleTexts.${role}`)}
        allowDeselect={false}
        disabled={user.id === own.id}
        data={rolesBelow(own.role).map((value) => ({ value, label: t(`people:roles.${value}`) }))}
        value={role}
        onChange={(value) => setRole(oneOf(ROLES, value) ?? user.role)}
      />
      {changing.problem !== null && <Notice tone="bad">{changing.problem}</Notice>}
      <div>
        <Button type="submit" variant="filled" loading={changing.isRunning}>
          {t("people:save")}
        </Button>
      </div>
    </form>
  );
}

function UserSessions({ user }: { user: User }) {
  const sessions = useQuery(`sessions of ${user.id}`, (client) =>
    client.call("listUserSessions", { params: { id: user.id } }),
  );
  const ending = useAction((client) => client.call("endUserSessions", { params: { id: user.id } }));
  const end = async (): Promise<void> => {
    if ((await ending.run(undefined)) !== null) sessions.reload();
  };
  const count = sessions.value?.length ?? 0;
  return (
    <div className="panel-actions">
      <span className="soft">{t("people:sessions", { count })}</span>
      {count > 0 && (
        <Button size="compact-xs" loading={ending.isRunning} onClick={() => void end()}>
          {t("people:endSessions")}
        </Button>
      )}
      {ending.problem !== null && <Notice tone="bad">{ending.problem}</Notice>}
    </div>
  );
}

function DeleteUser({ user, onChanged }: Omit<UserDetailsProps, "own">) {
  const address = useAddress();
  const [isHard, setHard] = useState(false);
  const deleting = useAction((client) =>
    client.call("deleteUser", { params: { id: user.id }, query: isHard ? { hard: true } : {} }),
  );
  const remove = async (): Promise<void> => {
    if ((await deleting.run(undefined)) === null) return;
    showToast({ text: t("people:deleted", { email: user.email }) });
    address.set({ user: null });
    onChanged();
  };
  return (
    <div className="stack people-danger">
      <Switch
        label={t("people:hard")}
        description={t("people:hardText")}
        checked={isHard}
        onChange={(event) => setHard(event.currentTarget.checked)}
      />
      {deleting.problem !== null && <Notice tone="bad">{deleting.problem}</Notice>}
      <div>
        <ConfirmButton
          label={t(isHard ? "people:erase" : "people:delete")}
          question={t(isHard ? "people:eraseText" : "people:deleteText", { email: user.email })}
          isRunning={deleting.isRunning}
          onConfirm={() => void remove()}
        />
      </div>
    </div>
  );
}
