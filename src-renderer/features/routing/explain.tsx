import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ExplanationView } from "../../../src-gateway/admin-api/contract/explain-schemas.ts";
import { WIRE_PROTOCOLS, type WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { wireName } from "../providers/provider-rows.tsx";

/** Where a request would go and why; nothing is sent. */
export function Explain() {
  const [model, setModel] = useState("");
  const [agent, setAgent] = useState("");
  const [wire, setWire] = useState<WireProtocol | null>(null);
  const [found, setFound] = useState<ExplanationView | null>(null);
  const explain = useAction((client, _input: null) =>
    client.call("explainRoute", {
      body: {
        model: model.trim(),
        ...(wire === null ? {} : { wire }),
        ...(agent.trim() === "" ? {} : { agent: agent.trim() }),
      },
    }),
  );
  const run = async (): Promise<void> => setFound(await explain.run(null));
  return (
    <section className="panel" aria-labelledby="explain">
      <div className="panel-head">
        <h2 id="explain">{t("routing:explain")}</h2>
      </div>
      <div className="panel-body stack">
        <form
          className="explain-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (model.trim() !== "") void run();
          }}
        >
          <TextInput
            label={t("routing:model")}
            value={model}
            spellCheck={false}
            onChange={(event) => setModel(event.currentTarget.value)}
          />
          <TextInput
            label={t("routing:agent")}
            value={agent}
            spellCheck={false}
            onChange={(event) => setAgent(event.currentTarget.value)}
          />
          <Select
            label={t("routing:wire")}
            placeholder={wireName("openai-chat")}
            data={WIRE_PROTOCOLS.map((value) => ({ value, label: wireName(value) }))}
            value={wire}
            onChange={(value) => setWire(WIRE_PROTOCOLS.find((each) => each === value) ?? null)}
            clearable
          />
          <Button type="submit" disabled={model.trim() === ""} loading={explain.isRunning}>
            {t("routing:explainNow")}
          </Button>
        </form>
        {explain.problem !== null && <Notice tone="bad">{explain.problem}</Notice>}
        <output>{found !== null && <Explanation found={found} />}</output>
      </div>
    </section>
  );
}

function Explanation({ found: { model, resolved, plan, error, byChance } }: { found: ExplanationView }) {
  return (
    <div className="explanation">
      <p>
        {t("routing:decidedBy", { rule: said(plan.matched) })}
        {resolved !== model && ` ${t("routing:resolved", { model: resolved })}`}
        {byChance && ` ${t("routing:byChance")}`}
      </p>
      {error !== null && <Notice tone="bad">{said(error.message)}</Notice>}
      <ol>
        {plan.targets.map(({ provider, model: asked, wire, reason }, place) => (
          <li key={`${provider} ${asked}`}>
            <span className="tag">{place + 1}</span>
            <div>
              <strong>{provider}</strong> <span className="soft">{`${asked} · ${wireName(wire)}`}</span>
              <p className="soft">{said(reason)}</p>
            </div>
          </li>
        ))}
        {plan.leftOut.map(({ provider, model: asked, why }) => (
          <li key={`${provider} ${asked} ${why}`}>
            <span className="tag">–</span>
            <div>
              <s>{provider}</s> <span className="soft">{asked}</span>
              <p className="soft">{said(why)}</p>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}
