import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import { KeyTerms } from "./key-terms.tsx";
import { KeyToken } from "./key-token.tsx";
import { type ClientKey, draftOf, limitsInWords, limitsOf, type MadeKey, scopesOf, stateOf } from "./key-types.ts";

export interface KeyDetailsProps {
  clientKey: ClientKey;
  owner: string;
  team: string;
  nowUs: number;
  onChanged: () => void;
}

/** One key: what it is, and all that can be done with it. */
export function KeyDetails({ clientKey: key, owner, team, nowUs, onChanged }: KeyDetailsProps) {
  const state = stateOf(key, nowUs);
  const facts: [string, string][] = [
    [t("keys:state"), t(`keys:states.${state}`)],
    [t("keys:owner"), owner],
    [t("keys:team"), team],
    [t("keys:prefix"), `${key.prefix}…`],
    [t("keys:made"), formatFullMoment(key.createdAtUs)],
    [t("keys:lastUsed"), key.lastUsedAtUs === null ? t("keys:neverUsed") : formatFullMoment(key.lastUsedAtUs)],
    [t("keys:expires"), key.expiresAtUs === null ? t("keys:never") : formatFullMoment(key.expiresAtUs)],
    [t("keys:scopes"), key.scopes.join(", ") || t("keys:everything")],
    [t("keys:limits"), limitsInWords(key.limits)],
    ...(key.addresses === null ? [] : ([[t("keys:addresses"), key.addresses.join(", ")]] as [string, string][])),
    ...(key.previousUntilUs === null || key.previousUntilUs <= nowUs
      ? []
      : ([[t("keys:previous"), formatFullMoment(key.previousUntilUs)]] as [string, string][])),
    ...(key.revokedAtUs === null
      ? []
      : ([[t("keys:revokedAt"), formatFullMoment(key.revokedAtUs)]] as [string, string][])),
  ];
  return (
    <div className="stack">
      <dl className="facts-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {state !== "revoked" && (
        <>
          <ChangeKey clientKey={key} onChanged={onChanged} />
          <RotateKey clientKey={key} onChanged={onChanged} />
          <RevokeKey clientKey={key} onChanged={onChanged} />
        </>
      )}
    </div>
  );
}

interface ActProps {
  clientKey: ClientKey;
  onChanged: () => void;
}

function ChangeKey({ clientKey: key, onChanged }: ActProps) {
  const [draft, setDraft] = useState(() => draftOf(key));
  const changing = useAction((client) =>
    client.call("updateKey", {
      params: { id: key.id },
      body: { name: draft.name.trim(), scopes: scopesOf(draft), limits: limitsOf(draft) },
    }),
  );
  const save = async (): Promise<void> => {
    if ((await changing.run(undefined)) === null) return;
    showToast({ text: t("keys:saved", { name: draft.name.trim() }), tone: "good" });
    onChanged();
  };
  return (
    <details>
      <summary>{t("keys:change")}</summary>
      <form
        className="stack key-terms"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextInput
          label={t("keys:name")}
          required
          maxLength={100}
          value={draft.name}
          onChange={(event) => {
            const name = event.currentTarget.value;
            setDraft((old) => ({ ...old, name }));
          }}
        />
        <KeyTerms draft={draft} change={(changes) => setDraft((old) => ({ ...old, ...changes }))} />
        {changing.problem !== null && <Notice tone="bad">{changing.problem}</Notice>}
        <div>
          <Button type="submit" variant="filled" loading={changing.isRunning}>
            {t("keys:save")}
          </Button>
        </div>
      </form>
    </details>
  );
}

const HOUR_MS = 3_600_000;
const OVERLAPS_HOURS = ["0", "1", "24", "168"] as const;

function RotateKey({ clientKey: key, onChanged }: ActProps) {
  const [hours, setHours] = useState("24");
  const [made, setMade] = useState<MadeKey | null>(null);
  const rotating = useAction((client) =>
    client.call("rotateKey", { params: { id: key.id }, body: { overlapMs: Number(hours) * HOUR_MS } }),
  );
  const rotate = async (): Promise<void> => {
    const done = await rotating.run(undefined);
    if (done === null) return;
    setMade(done);
    onChanged();
  };
  if (made !== null) return <KeyToken token={made.token} />;
  return (
    <details>
      <summary>{t("keys:rotate")}</summary>
      <div className="stack key-terms">
        <p className="soft">{t("keys:rotateText")}</p>
        <Select
          label={t("keys:overlap")}
          allowDeselect={false}
          data={OVERLAPS_HOURS.map((value) => ({
            value,
            label: value === "0" ? t("keys:overlapNone") : t("keys:overlapHours", { count: Number(value) }),
          }))}
          value={hours}
          onChange={(value) => setHours(value ?? "24")}
        />
        {rotating.problem !== null && <Notice tone="bad">{rotating.problem}</Notice>}
        <div>
          <Button variant="filled" loading={rotating.isRunning} onClick={() => void rotate()}>
            {t("keys:rotateNow")}
          </Button>
        </div>
      </div>
    </details>
  );
}

function RevokeKey({ clientKey: key, onChanged }: ActProps) {
  const revoking = useAction((client) => client.call("revokeKey", { params: { id: key.id } }));
  const revoke = async (): Promise<void> => {
    if ((await revoking.run(undefined)) === null) return;
    showToast({ text: t("keys:revoked", { name: key.name }) });
    onChanged();
  };
  return (
    <div>
      {revoking.problem !== null && <Notice tone="bad">{revoking.problem}</Notice>}
      <ConfirmButton
        label={t("keys:revoke")}
        question={t("keys:revokeText", { name: key.name })}
        isRunning={revoking.isRunning}
        onConfirm={() => void revoke()}
      />
    </div>
  );
}
