import { Link } from "wouter";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { formatCount, formatUsd } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { Round } from "./round.ts";
import { useSettled } from "./use-settled.ts";

/** A question and its answer, with what it took. */
export function RoundView({ round }: { round: Round }) {
  const { text, pictures, answer, state } = round;
  return (
    <div className="playground-round">
      <article className="turn" data-role="user">
        <h2>{t("details:roles.user")}</h2>
        {pictures.length > 0 && (
          <div className="playground-pictures">
            {pictures.map(({ name, mime, data }) => (
              <img key={name} src={`data:${mime};base64,${data}`} alt={name} />
            ))}
          </div>
        )}
        <div className="playground-text">{text}</div>
      </article>
      <article className="turn" data-role="answer" aria-busy={state === "running"}>
        <h2>
          <span className="cut">{round.model}</span> <span>{t(`common:wires.${round.wire}`)}</span>
        </h2>
        {answer.thinking !== "" && (
          <details className="piece">
            <summary>{t("details:kinds.thinking")}</summary>
            <div className="piece-text">{answer.thinking}</div>
          </details>
        )}
        {answer.text !== "" && <div className="playground-text">{answer.text}</div>}
        {answer.calls.map((call, place) => (
          <details key={place} className="piece" open>
            <summary>
              {t("details:kinds.call")} · <span className="mono">{call.name}</span>
            </summary>
            <pre className="piece-text">{call.args}</pre>
          </details>
        ))}
        <Problem round={round} />
        <RoundFoot round={round} />
      </article>
    </div>
  );
}

/** An error is told, and shown below as the client of this protocol gets it. */
function Problem({ round: { state, status, answer, body } }: { round: Round }) {
  if (answer.error !== null) {
    return (
      <Notice tone="bad">
        {status !== null && status >= 400 && <strong>{status} </strong>}
        {said(answer.error)}
        {body !== null && (
          <details className="piece">
            <summary>{t("playground:asSent")}</summary>
            <pre className="piece-text">{indented(body)}</pre>
          </details>
        )}
      </Notice>
    );
  }
  if (state === "failed") return <Notice tone="bad">{t("playground:brokeOff")}</Notice>;
  return null;
}

const TONES: Readonly<Record<Round["state"], Tone>> = { running: "busy", done: "good", failed: "bad", stopped: "idle" };

function RoundFoot({ round }: { round: Round }) {
  const { state, requestId, firstMs, endedMs, answer } = round;
  const record = useSettled(requestId, state !== "running");
  const facts = [
    firstMs === null ? null : t("playground:first", { duration: formatDuration(firstMs * 1_000) }),
    endedMs === null ? null : t("playground:total", { duration: formatDuration(endedMs * 1_000) }),
    record && t("playground:tokens", tokensOf(record)),
    record?.cost ? formatUsd(record.cost.nano) : null,
    answer.finish,
  ].filter((fact) => fact !== null && fact !== undefined);
  return (
    <footer className="playground-foot">
      <output className="state">
        <HealthDot tone={TONES[state]} />
        {t(`playground:states.${state}`)}
      </output>
      {facts.map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      {requestId !== null && (
        <Link className="mono" href={`/requests/${requestId}`}>
          {requestId}
        </Link>
      )}
    </footer>
  );
}

function tokensOf({ usage }: ExchangeView): { input: string; output: string } {
  const input = usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const { output } = usage;
  return { input: formatCount(input), output: formatCount(output) };
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
