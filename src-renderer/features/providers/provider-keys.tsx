import { HealthDot } from "../../components/health-dot.tsx";
import { textOf } from "../../configuration/config-value.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { ListedKey, ListedProvider } from "./provider-list.ts";
import { isKeyMissing } from "./provider-tone.ts";

/** Where the key of a provider is, or each of them with its state; never the key. */
export function ProviderKeys({ provider: { view, entry }, keys }: { provider: ListedProvider; keys: ListedKey[] }) {
  if (keys.length > 0) {
    return (
      <ul className="key-list">
        {keys.map(({ name, reference, weight, why }) => (
          <li key={name} title={why === null ? reference : said(why)}>
            <HealthDot tone={why === null ? "good" : "warn"} />
            <code className="cut">{name === reference ? reference : `${name} · ${reference}`}</code>
            {weight !== null && <span className="tag">{t("providers:weight", { weight })}</span>}
            {why !== null && <span className="visually-hidden">{said(why)}</span>}
          </li>
        ))}
      </ul>
    );
  }
  if (view === null) return <code className="credential cut">{textOf(entry?.["credential"]) || "–"}</code>;
  return (
    <>
      {isKeyMissing(view) ? (
        <span data-ink="bad">{t("providers:keyMissing")}</span>
      ) : view.credential === null ? (
        <span className="soft">{t("providers:noKeyNeeded")}</span>
      ) : (
        <code className="credential cut" title={view.credential}>
          {view.credential}
        </code>
      )}
      <div className="soft cut" title={view.where}>
        {t("providers:from", { where: view.where.replace(/^.*[\\/]/, "") })}
      </div>
    </>
  );
}
