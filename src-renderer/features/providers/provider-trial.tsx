import { Button } from "@mantine/core";
import { useState } from "react";
import type { ProviderTestView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import type { Entry } from "../../configuration/config-value.ts";
import { formatDuration } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

/** The test of what is typed, before it is saved: reached, key taken, one token. */
export function ProviderTrial({ entry, secret, isReady }: { entry: Entry; secret: string | null; isReady: boolean }) {
  const [found, setFound] = useState<{ of: string; result: ProviderTestView } | null>(null);
  const tested = JSON.stringify([entry, secret === null ? 0 : secret.length]);
  const test = useAction((client, input: Entry) =>
    client.call("testProvider", { body: { provider: input, ...(secret === null ? {} : { secret }) } }),
  );
  const run = async (): Promise<void> => {
    setFound(null);
    const result = await test.run(entry);
    if (result !== null) setFound({ of: tested, result });
  };
  return (
    <section className="trial" aria-label={t("providers:test")}>
      <div className="trial-head">
        <Button disabled={!isReady} loading={test.isRunning} onClick={() => void run()}>
          {t("providers:testNow")}
        </Button>
        <span className="soft small">{t("providers:testHint")}</span>
      </div>
      {test.problem !== null && <Notice tone="bad">{test.problem}</Notice>}
      <output>{found !== null && found.of === tested && <Steps result={found.result} />}</output>
    </section>
  );
}

function Steps({ result: { steps, models, model } }: { result: ProviderTestView }) {
  return (
    <>
      <ol className="trial-steps">
        {steps.map(({ step, ok, latencyMs, problem, hint }) => (
          <li key={step}>
            <HealthDot tone={toneOfStep(ok)} />
            <span>
              {t(`providers:steps.${step}`)}
              <span className="soft">
                {ok === null ? ` · ${t("providers:notTried")}` : ""}
                {step === "answer" && model !== null ? ` · ${model}` : ""}
              </span>
            </span>
            <span className="soft number">{latencyMs === null ? "" : formatDuration(latencyMs * 1_000)}</span>
            {problem !== null && (
              <p data-ink={ok === false ? "bad" : "warn"}>
                {said(problem)} {hint !== null && <span className="soft">{said(hint)}</span>}
              </p>
            )}
          </li>
        ))}
      </ol>
      {models.length > 0 && (
        <details className="small">
          <summary>{t("providers:models", { count: models.length })}</summary>
          <p className="soft trial-models">{models.join(", ")}</p>
        </details>
      )}
    </>
  );
}

const toneOfStep = (ok: boolean | null): Tone => (ok === null ? "idle" : ok ? "good" : "bad");
