import { Link } from "wouter";
import { Empty } from "../../components/empty.tsx";
import { formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import { type Act, changesOf } from "./act-types.ts";

export const actorOf = ({ actor }: Act): string =>
  actor.email ?? (actor.userId === null ? t(`audit:nobody.${actor.via}`) : `#${actor.userId}`);

export const targetOf = ({ target }: Act): string =>
  [target.kind, target.name ?? target.id].filter((part) => part !== null).join(" · ");

/** One act: who, where from, and what is different since. */
export function ActDetails({ act }: { act: Act }) {
  const facts: [string, string][] = [
    [t("audit:when"), formatFullMoment(act.atUs)],
    [t("audit:actor"), actorOf(act)],
    [t("audit:via"), t(`audit:ways.${act.actor.via}`)],
    [t("audit:target"), targetOf(act)],
    [t("audit:address"), act.address ?? "–"],
    [t("audit:request"), act.requestId ?? "–"],
  ];
  const { kind, id } = act.target;
  return (
    <div className="stack">
      <dl className="facts-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Changes act={act} />
      {id !== null && (
        <Link href={`/audit?targetKind=${encodeURIComponent(kind)}&targetId=${encodeURIComponent(id)}`}>
          {t("audit:allOfTarget")}
        </Link>
      )}
    </div>
  );
}

function Changes({ act }: { act: Act }) {
  const changes = changesOf(act.before, act.after);
  if (changes.length === 0) return <Empty title={t("audit:noChange")} />;
  return (
    <section className="panel table-scroll" aria-label={t("audit:changes")}>
      <table className="table audit-changes">
        <thead>
          <tr>
            <th scope="col">{t("audit:field")}</th>
            <th scope="col">{t("audit:before")}</th>
            <th scope="col">{t("audit:after")}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, before, after }) => (
            <tr key={field}>
              <th scope="row" className="mono">
                {field}
              </th>
              <td>{before === null ? <span className="soft">–</span> : <del>{before}</del>}</td>
              <td>{after === null ? <span className="soft">–</span> : <ins>{after}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
