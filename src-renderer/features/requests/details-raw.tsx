import { Button } from "@mantine/core";
import { API_PREFIX } from "../../../src-gateway/admin-api/contract/api-prefix.ts";
import { useGateway } from "../../api/gateway-context.tsx";
import { useQuery } from "../../api/use-query.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { saveFile } from "../../components/save-file.ts";
import { t } from "../../i18n/t.ts";

/** The page stays quick; the file has all of it. */
const MAX_SHOWN = 200_000;

/** Both bodies as they went over the wire. */
export function RawView({ requestId }: { requestId: string }) {
  return (
    <>
      <Body requestId={requestId} side="request" />
      <Body requestId={requestId} side="response" />
    </>
  );
}

function Body({ requestId, side }: { requestId: string; side: "request" | "response" }) {
  const { connection } = useGateway();
  const query = useQuery(`${side} of ${requestId}`, () =>
    connection.text(`${API_PREFIX}/exchanges/${requestId}/${side}`),
  );
  const title = t(`details:bodies.${side}`);
  const text = query.value === null ? "" : readable(query.value);
  return (
    <section aria-label={title}>
      <h3>
        {title}
        {query.value !== null && (
          <span className="panel-actions">
            <CopyButton value={query.value} thing={title} />
            <Button
              size="compact-xs"
              onClick={() => saveFile(`${requestId}-${side}.txt`, "text/plain", query.value ?? "")}
            >
              {t("details:save")}
            </Button>
          </span>
        )}
      </h3>
      {query.problem !== null && <p className="soft small">{query.problem}</p>}
      {query.value !== null && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
        <pre className="raw-text" tabIndex={0}>
          {text.slice(0, MAX_SHOWN)}
          {text.length > MAX_SHOWN && ` … ${t("details:cut")}`}
        </pre>
      )}
    </section>
  );
}

function readable(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
