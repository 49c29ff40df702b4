import { useQuery } from "../../api/use-query.ts";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";

/** Settings of agents lie on the computer that they are on, which is not the one of this page. */
export function ElsewherePanel() {
  const { value: status } = useQuery("status", (client) => client.call("getStatus"));
  const url = status?.url ?? location.origin;
  return (
    <section className="panel" aria-labelledby="agents-elsewhere">
      <div className="panel-head">
        <h2 id="agents-elsewhere">{t("agents:elsewhere")}</h2>
      </div>
      <div className="panel-body stack">
        <p className="soft">{t("agents:elsewhereText")}</p>
        <Snippet value={`gateway --url ${url} agents`} thing={t("agents:listCommand")} />
        <Snippet value={`gateway --url ${url} connect claude-code`} thing={t("agents:command")} />
        <p className="soft small">{t("agents:elsewhereKey")}</p>
      </div>
    </section>
  );
}
