import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { formatDuration } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

/** Which of several addresses answers first; no key is sent to any. */
export function AddressRace({ addresses, onUse }: { addresses: string[]; onUse: (baseUrl: string) => void }) {
  const [text, setText] = useState<string | null>(null);
  const [times, setTimes] = useState<ReplyOf<"raceProviders">>([]);
  const shown = text ?? addresses.join("\n");
  const baseUrls = shown.split(/\s+/).filter((line) => line !== "");
  const race = useAction((client, urls: string[]) =>
    client.call("raceProviders", { body: { baseUrls: urls, tries: 3 } }),
  );
  const run = async (): Promise<void> => setTimes((await race.run(baseUrls)) ?? []);
  const ranked = times.toSorted((a, b) => (a.latencyMs ?? Infinity) - (b.latencyMs ?? Infinity));
  return (
    <details className="race">
      <summary>{t("providers:race")}</summary>
      <div className="stack">
        <Textarea
          size="xs"
          autosize
          minRows={2}
          label={t("providers:raceAddresses")}
          description={t("providers:raceHint")}
          value={shown}
          spellCheck={false}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div>
          <Button disabled={baseUrls.length === 0} loading={race.isRunning} onClick={() => void run()}>
            {t("providers:raceNow")}
          </Button>
        </div>
        {race.problem !== null && <Notice tone="bad">{race.problem}</Notice>}
        <ol className="race-times">
          {ranked.map(({ baseUrl, latencyMs, failed, tries, problem }) => (
            <li key={baseUrl}>
              <HealthDot tone={latencyMs === null ? "bad" : failed > 0 ? "warn" : "good"} />
              <code className="cut" title={problem === null ? baseUrl : said(problem)}>
                {baseUrl}
              </code>
              <span className="number soft">
                {latencyMs === null ? t("providers:raceFailed", { failed, tries }) : formatDuration(latencyMs * 1_000)}
              </span>
              <Button
                size="compact-xs"
                disabled={latencyMs === null}
                aria-label={t("providers:useAddress", { address: baseUrl })}
                onClick={() => onUse(baseUrl)}
              >
                {t("providers:use")}
              </Button>
            </li>
          ))}
        </ol>
      </div>
    </details>
  );
}
