import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { DiffText } from "../../components/diff-text.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

/** What connecting an agent would write, and then writing it. */
export function ConnectSheet({
  agent,
  onClose,
  onChanged,
}: {
  agent: AgentView;
  onClose: () => void;
  onChanged: () => void;
}) {
  const [model, setModel] = useState("");
  const [asked, setAsked] = useState("");
  const [done, setDone] = useState<ReplyOf<"connectAgent"> | null>(null);
  const body = asked === "" ? {} : { model: asked };
  const plan = useQuery(`plan ${agent.id} ${asked}`, (client) =>
    client.call("planAgent", { params: { id: agent.id }, body }),
  );
  const connect = useAction((client) => client.call("connectAgent", { params: { id: agent.id }, body }));
  const run = async (): Promise<void> => {
    setDone(await connect.run(undefined));
    onChanged();
  };
  return (
    <Sheet title={t("agents:connectThing", { name: agent.title })} isOpen isWide onClose={onClose}>
      <div className="stack">
        {done !== null ? (
          <Done change={done} onClose={onClose} />
        ) : agent.support !== "written" ? (
          <Guide agent={agent} />
        ) : (
          <>
            <form
              className="connect-form"
              onSubmit={(event) => {
                event.preventDefault();
                setAsked(model.trim());
              }}
            >
              <TextInput
                label={t("agents:model")}
                description={t("agents:modelHint")}
                value={model}
                onChange={(event) => setModel(event.currentTarget.value)}
              />
              <Button type="submit" disabled={model.trim() === asked}>
                {t("agents:show")}
              </Button>
            </form>
            <QueryState query={plan} rows={4}>
              {(value) => <Plan plan={value} />}
            </QueryState>
            {connect.problem !== null && <Notice tone="bad">{connect.problem}</Notice>}
            <div className="panel-actions">
              <Button
                variant="filled"
                disabled={plan.value === null || plan.problem !== null || model.trim() !== asked}
                loading={connect.isRunning}
                onClick={() => void run()}
              >
                {t("agents:write")}
              </Button>
              <span className="soft small">{t("agents:undoHint")}</span>
            </div>
          </>
        )}
      </div>
    </Sheet>
  );
}

function Plan({ plan }: { plan: ReplyOf<"planAgent"> }) {
  return (
    <>
      {plan.conflicts.map(({ kind, where, line, key }) => (
        <Notice key={`${where} ${key}`} tone="warn">
          {t(`agents:conflicts.${kind}`, { key })} <code>{line === null ? where : `${where}:${line}`}</code>
        </Notice>
      ))}
      {plan.files.map((file) => (
        <div key={file.path}>
          <p className="small">
            <code>{file.path}</code> {file.isNew && <span className="tag">{t("agents:isNew")}</span>}
            {file.isReadByOthers && <span data-ink="warn"> {t("agents:readByOthers")}</span>}
          </p>
          <DiffText diff={file.diff} label={file.path} />
        </div>
      ))}
    </>
  );
}

function Done({ change, onClose }: { change: ReplyOf<"connectAgent">; onClose: () => void }) {
  return (
    <>
      <Notice tone="good">{t("agents:connected", { name: change.agent.title })}</Notice>
      {change.token !== null && (
        <>
          <p>{t("agents:tokenByHand")}</p>
          <Snippet value={change.token} thing={t("agents:token")} />
        </>
      )}
      <Steps steps={change.agent.afterwards} />
      <div className="panel-actions">
        <Button variant="filled" onClick={onClose}>
          {t("kit:close")}
        </Button>
      </div>
    </>
  );
}

function Guide({ agent }: { agent: AgentView }) {
  return (
    <>
      <p className="soft">{t("agents:byHandText")}</p>
      <Steps steps={agent.guide} />
      <Snippet value={`gateway connect ${agent.id} --print`} thing={t("agents:command")} />
    </>
  );
}

const Steps = ({ steps }: { steps: string[] }) => (
  <ol className="agent-steps">
    {steps.map((step) => (
      <li key={step}>{said(step)}</li>
    ))}
  </ol>
);
