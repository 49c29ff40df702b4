import { Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { t } from "../../i18n/t.ts";
import { KeyTerms, type KeyTermsProps } from "./key-terms.tsx";
import { KeyToken } from "./key-token.tsx";
import { type KeyDraft, limitsOf, newDraft, scopesOf } from "./key-types.ts";

const DAY_MS = 86_400_000;
const LIFETIMES_DAYS = ["", "7", "30", "90", "365"] as const;

export interface MakeKeyProps {
  isOpen: boolean;
  ownUserId: number;
  users: ReplyOf<"listUsers">;
  teams: ReplyOf<"listTeams">["items"];
  onClose: () => void;
  onMade: () => void;
}

/** From a name to a token. */
export function MakeKey({ isOpen, onClose, ...form }: MakeKeyProps) {
  return (
    <Sheet title={t("keys:make")} isOpen={isOpen} onClose={onClose}>
      <MakeKeyForm {...form} onClose={onClose} />
    </Sheet>
  );
}

function makeKey(client: AdminClient, draft: KeyDraft) {
  const [kind, id = ""] = draft.owner.split(":");
  const days = Number(draft.days);
  const body = {
    name: draft.name.trim(),
    scopes: scopesOf(draft),
    limits: limitsOf(draft),
    ...(days > 0 ? { ttlMs: days * DAY_MS } : {}),
  };
  return client.call(kind === "team" ? "createTeamKey" : "createUserKey", { params: { id }, body });
}

function MakeKeyForm({ ownUserId, users, teams, onClose, onMade }: Omit<MakeKeyProps, "isOpen">) {
  const [draft, setDraft] = useState(() => newDraft(`user:${ownUserId}`));
  const [token, setToken] = useState<string | null>(null);
  const making = useAction(makeKey);
  const change = (changes: Partial<KeyDraft>): void => {
    making.forget();
    setDraft((old) => ({ ...old, ...changes }));
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const made = await making.run(draft);
    if (made === null) return;
    setToken(made.token);
    onMade();
  };
  if (token !== null) return <Made token={token} onClose={onClose} />;
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <TextInput
        label={t("keys:name")}
        placeholder={t("keys:nameExample")}
        required
        maxLength={100}
        data-autofocus
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <OwnerAndLife draft={draft} change={change} users={users} teams={teams} />
      <details>
        <summary>{t("keys:terms")}</summary>
        <div className="stack key-terms">
          <KeyTerms draft={draft} change={change} />
        </div>
      </details>
      {making.problem !== null && <Notice tone="bad">{making.problem}</Notice>}
      <div>
        <Button type="submit" variant="filled" loading={making.isRunning} disabled={draft.name.trim() === ""}>
          {t("keys:make")}
        </Button>
      </div>
    </form>
  );
}

function OwnerAndLife({ draft, change, users, teams }: KeyTermsProps & Pick<MakeKeyProps, "users" | "teams">) {
  return (
    <div className="fields-row">
      <Select
        label={t("keys:owner")}
        searchable
        limit={50}
        allowDeselect={false}
        data={[
          { group: t("keys:people"), items: users.map(({ id, email }) => ({ value: `user:${id}`, label: email })) },
          { group: t("keys:teams"), items: teams.map(({ id, name }) => ({ value: `team:${id}`, label: name })) },
        ]}
        value={draft.owner}
        onChange={(owner) => owner !== null && change({ owner })}
      />
      <Select
        label={t("keys:expires")}
        allowDeselect={false}
        data={LIFETIMES_DAYS.map((value) => ({
          value,
          label: value === "" ? t("keys:never") : t("keys:inDays", { count: Number(value) }),
        }))}
        value={draft.days}
        onChange={(days) => change({ days: days ?? "" })}
      />
    </div>
  );
}

const Made = ({ token, onClose }: { token: string; onClose: () => void }) => (
  <div className="stack">
    <KeyToken token={token} />
    <div>
      <Button variant="filled" onClick={onClose}>
        {t("keys:done")}
      </Button>
    </div>
  </div>
);
