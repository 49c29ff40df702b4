import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { formatBytes, formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { whyNobody } from "./why-nobody.ts";

/** What is kept of requests and for how long, and what leaves this machine. */
export function Privacy() {
  const config = useQuery("config", (client) => client.call("getConfig"));
  const updates = useQuery("updates", (client) => client.call("getUpdates"));
  return (
    <section className="panel panel-body" aria-label={t("settings:parts.privacy")}>
      <QueryState query={config} rows={5}>
        {({ settings }) => {
          const values = new Map(settings.map(({ key, value }) => [key, value]));
          const facts: [string, string][] = [
            [t("settings:bodies"), bodiesInWords(values.get("log_bodies"))],
            [t("settings:exceptions"), exceptionsInWords(values.get("log_bodies_for"))],
            [t("settings:bodyAge"), daysInWords(values.get("log_retention_days"))],
            [t("settings:bodySize"), bytesInWords(values.get("log_retention_bytes"))],
            [t("settings:actAge"), daysInWords(values.get("audit_retention_days"))],
            [t("settings:responsesAge"), responsesInWords(values.get("responses_keep_days"))],
            [
              t("settings:updateCheck"),
              updates.value === null
                ? "–"
                : updates.value.isAsked
                  ? t("settings:asks", { url: updates.value.baseUrl ?? "" })
                  : t("settings:asksNobody", { why: whyNobody(updates.value.offBecause) }),
            ],
          ];
          return (
            <dl className="facts-list settings-choices">
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          );
        }}
      </QueryState>
      <p className="soft small settings-note">{t("settings:secretsNote")}</p>
    </section>
  );
}

function bodiesInWords(value: string | undefined): string {
  if (value === "full" || value === "metadata" || value === "off") return t(`settings:bodyModes.${value}`);
  return value ?? "–";
}

function daysInWords(value: string | undefined): string {
  const days = Number(value);
  if (value === undefined || Number.isNaN(days)) return value ?? "–";
  return days === 0 ? t("settings:forEver") : t("settings:days", { count: days });
}

const responsesInWords = (value: string | undefined): string =>
  value === "0" ? t("settings:keptNot") : daysInWords(value);

function bytesInWords(value: string | undefined): string {
  const bytes = Number(value);
  if (value === undefined || Number.isNaN(bytes)) return value ?? "–";
  if (bytes === 0) return t("settings:noLimit");
  return bytes < 1e9 ? formatBytes(bytes) : `${formatCount(Math.round(bytes / 1e8) / 10)} GB`;
}

const exceptionsInWords = (value: string | undefined): string =>
  value === undefined || value === "" || value === "none" ? t("settings:none") : value;
