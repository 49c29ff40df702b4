import { formatDuration } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";
import { lengthUs, piecesOf } from "./timeline.ts";

/** The course of the request as a bar, and the same in numbers. */
export function Times({ exchange }: { exchange: Exchange }) {
  const pieces = piecesOf(exchange);
  const wholeUs = lengthUs(exchange);
  return (
    <section>
      <h3>{t("details:times")}</h3>
      <span className="times-bar" aria-hidden="true">
        {pieces.map(({ phase, fromUs, toUs }) => (
          <span
            key={phase}
            data-phase={phase}
            style={{ left: `${(fromUs / wholeUs) * 100}%`, width: `${((toUs - fromUs) / wholeUs) * 100}%` }}
          />
        ))}
      </span>
      <table className="amounts">
        <tbody>
          {pieces.map(({ phase, fromUs, toUs }) => (
            <tr key={phase}>
              <th scope="row">
                <span className="phase-mark" data-phase={phase} />
                {t(`details:phases.${phase}`)}
              </th>
              <td>{formatDuration(toUs - fromUs)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("details:total")}</th>
            <td>{formatDuration(exchange.totalUs)}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
