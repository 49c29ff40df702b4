import { Button } from "@mantine/core";
import { useState } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { formatCount } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import type { Round } from "./round.ts";
import { curlFor } from "./spell-request.ts";

/** A picture of megabytes is no help to a reader. */
const MAX_SHOWN = 20_000;
/** Of a long stream, its beginning and its end are looked at. */
const MAX_EVENTS = 400;

/** The last request as it was sent, and each event of its answer when it came. */
export function WireView({ round }: { round: Round }) {
  const { request, status, body, events } = round;
  const [isCurl, setCurl] = useState(false);
  const json = JSON.stringify(request.body, null, 2);
  const hidden = Math.max(0, events.length - MAX_EVENTS);
  return (
    <div className="playground-raw">
      <section aria-label={t("playground:request")}>
        <h2>
          <span className="mono cut">POST {request.path}</span>
          <span className="panel-actions">
            <Button size="compact-xs" onClick={() => setCurl(true)}>
              cURL
            </Button>
            <CopyButton value={json} thing={t("playground:request")} />
          </span>
        </h2>
        <Text text={json} />
      </section>
      <section aria-label={t("playground:answer")}>
        <h2>
          <span>
            {t("playground:answer")}
            {status !== null && ` · ${status}`}
          </span>
          <span className="soft">{t("playground:events", { count: events.length })}</span>
        </h2>
        {body !== null && <Text text={body} />}
        {hidden > 0 && <p className="soft small">{t("playground:hidden", { events: formatCount(hidden) })}</p>}
        <ol className="playground-events">
          {events.slice(-MAX_EVENTS).map(({ atMs, event, data }, place) => (
            <li key={hidden + place}>
              <span className="soft number">{formatDuration(atMs * 1_000)}</span>
              <span>
                {event !== null && <strong>{event} </strong>}
                {data.slice(0, MAX_SHOWN)}
              </span>
            </li>
          ))}
        </ol>
      </section>
      <Sheet title="cURL" isOpen={isCurl} onClose={() => setCurl(false)} isWide>
        <Snippet value={curlFor(location.origin, request)} thing="cURL" />
      </Sheet>
    </div>
  );
}

const Text = ({ text }: { text: string }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
  <pre className="raw-text" tabIndex={0}>
    {text.slice(0, MAX_SHOWN)}
    {text.length > MAX_SHOWN && ` … ${t("details:cut")}`}
  </pre>
);
