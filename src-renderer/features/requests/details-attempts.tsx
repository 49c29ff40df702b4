import { HealthDot } from "../../components/health-dot.tsx";
import { formatDuration } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";
import { lengthUs } from "./timeline.ts";

/** Which providers were asked, in which order and why, and what each said. */
export function Attempts({ exchange }: { exchange: Exchange }) {
  const wholeUs = lengthUs(exchange, exchange.attempts);
  return (
    <section>
      <h3>{t("details:attempts")}</h3>
      {exchange.attempts.length === 0 ? (
        <p className="soft small">{t("details:noAttempts")}</p>
      ) : (
        <ol className="attempts">
          {exchange.attempts.map((attempt) => (
            <Attempt key={attempt.startedUs} attempt={attempt} wholeUs={wholeUs} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Attempt({ attempt, wholeUs }: { attempt: Exchange["attempts"][number]; wholeUs: number }) {
  const { provider, model, status, errorCode, reason, startedUs, endedUs } = attempt;
  const untilUs = endedUs ?? wholeUs;
  const failed = errorCode !== null;
  return (
    <li>
      <HealthDot tone={failed ? "bad" : endedUs === null ? "busy" : "good"} />
      <span className="cut">
        <strong>{provider}</strong> <span className="soft">{model}</span>
      </span>
      <span>{formatDuration(endedUs === null ? null : endedUs - startedUs)}</span>
      <span className="attempt-more attempt-lane" aria-hidden="true">
        <span
          data-failed={failed}
          style={{
            left: `${(startedUs / wholeUs) * 100}%`,
            width: `${(Math.max(0, untilUs - startedUs) / wholeUs) * 100}%`,
          }}
        />
      </span>
      <span className="attempt-more soft">
        {status ?? t("details:noStatus")}
        {failed && <code> {errorCode}</code>} · {said(reason)}
      </span>
    </li>
  );
}
