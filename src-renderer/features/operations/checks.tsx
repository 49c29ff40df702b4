import { Button } from "@mantine/core";
import { useState } from "react";
import type { CheckView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { useAction } from "../../api/use-action.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

const NAMES = ["database", "keys", "ledger", "analytics", "configuration", "clock"] as const;
const isKnown = (name: string): name is (typeof NAMES)[number] => NAMES.some((each) => each === name);

const TONES = { ok: "good", warn: "warn", fail: "bad" } as const;

/** The gateway looks at itself when somebody wants it to. */
export function Checks() {
  const [checks, setChecks] = useState<CheckView[] | null>(null);
  const run = useAction((client) => client.call("runChecks"));
  return (
    <section className="panel" aria-labelledby="checks">
      <div className="panel-head">
        <h2 id="checks">{t("operations:checks")}</h2>
        <Button
          loading={run.isRunning}
          onClick={() => void run.run(undefined).then((made) => made !== null && setChecks(made))}
        >
          {t("operations:runChecks")}
        </Button>
      </div>
      {run.problem !== null && <Notice tone="bad">{run.problem}</Notice>}
      {checks === null ? (
        <p className="panel-body soft">{t("operations:checksText")}</p>
      ) : (
        <ul className="check-list">
          {checks.map(({ name, state, message, hint }) => (
            <li key={name}>
              <HealthDot tone={TONES[state]} label={t(`operations:checkStates.${state}`)} />
              <strong>{isKnown(name) ? t(`operations:checkNames.${name}`) : name}</strong>
              <span>
                {said(message)}
                {hint !== null && <span className="soft"> {said(hint)}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
