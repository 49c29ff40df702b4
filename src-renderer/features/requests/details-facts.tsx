import { CopyButton } from "../../components/copy-button.tsx";
import { formatBytes } from "../../format/numbers.ts";
import { formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";

/** Who asked for what, and how it was named on its way. */
export function Facts({ exchange }: { exchange: Exchange }) {
  const { requestId, id, modelAsked, modelRouted, modelServed, surface, stream, bytesIn, bytesOut } = exchange;
  const facts: [name: string, value: string | null][] = [
    [t("details:arrived"), formatFullMoment(id)],
    [t("details:asked"), modelAsked],
    [t("details:routed"), modelRouted],
    [t("details:served"), modelServed],
    [t("details:surface"), `${surface}, ${stream ? t("details:streamed") : t("details:whole")}`],
    [t("details:finish"), exchange.finishReason],
    [t("details:agent"), exchange.agent],
    [t("details:session"), exchange.session],
    [t("details:project"), exchange.project],
    [t("details:user"), exchange.userId === null ? null : `#${exchange.userId}`],
    [t("details:key"), exchange.apiKeyId === null ? null : `#${exchange.apiKeyId}`],
    [t("details:bytes"), `${formatBytes(bytesIn)} / ${formatBytes(bytesOut)}`],
  ];
  return (
    <section>
      <h3>{t("details:facts")}</h3>
      <dl className="facts">
        <dt>{t("details:requestId")}</dt>
        <dd className="with-copy">
          <code>{requestId}</code>
          <CopyButton value={requestId} thing={t("details:requestId")} />
        </dd>
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
