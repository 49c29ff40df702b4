import type { NounChangeView } from "../../../src-gateway/admin-api/contract/configuration-schemas.ts";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";

/** What differs between two versions. */
export function RevisionDiff({ from, to }: { from: number; to: number }) {
  const query = useQuery(`diff ${from} ${to}`, (client) => client.call("diffConfig", { query: { from, to } }));
  const title = t("config-history:diff", { from, to });
  return (
    <section className="panel" aria-label={title}>
      <div className="panel-head">
        <h2>{title}</h2>
      </div>
      <div className="panel-body stack">
        <QueryState query={query} rows={6}>
          {({ diff, changes }) => (
            <>
              <Changes changes={changes} />
              {diff === "" ? <p className="soft">{t("config-history:same")}</p> : <UnifiedDiff diff={diff} />}
            </>
          )}
        </QueryState>
      </div>
    </section>
  );
}

export function Changes({ changes }: { changes: NounChangeView[] }) {
  return (
    <ul className="noun-changes">
      {changes.map(({ noun, name, change }) => (
        <li key={`${noun} ${name} ${change}`}>
          <span className="tag">{t(`steer:changes.${change}`)}</span> {noun} <strong>{name}</strong>
        </li>
      ))}
    </ul>
  );
}

/** Signs say what colours say, and a reader hears which lines came and went. */
export function UnifiedDiff({ diff }: { diff: string }) {
  const lines = diff.split("\n").filter((line, place, all) => line !== "" || place < all.length - 1);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
    <section className="unified" aria-label={t("config-history:lines")} tabIndex={0}>
      <pre>
        {lines.map((line, place) => {
          const text = `${line}\n`;
          if (/^(?:---|\+\+\+|@@)/.test(line))
            return (
              <span key={place} className="soft">
                {text}
              </span>
            );
          if (line.startsWith("+")) return <ins key={place}>{text}</ins>;
          if (line.startsWith("-")) return <del key={place}>{text}</del>;
          return <span key={place}>{text}</span>;
        })}
      </pre>
    </section>
  );
}
