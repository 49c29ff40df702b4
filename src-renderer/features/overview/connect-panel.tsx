import { Button } from "@mantine/core";
import { useState } from "react";
import type { StatusView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { useGateway, useSessionState } from "../../api/gateway-context.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";
import { baseUrls, firstRequestCommand } from "./first-request.ts";

/** Where clients go and a command that works as it stands. `isFirst` when no client has come yet. */
export function ConnectPanel({ status, isFirst }: { status: StatusView; isFirst: boolean }) {
  const { connection } = useGateway();
  const session = useSessionState();
  const [token, setToken] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const user = session.phase === "signed-in" ? session.user : null;
  const canMakeKey = user !== null && user.role !== "gateway_user" && !status.authDisabled;
  const makeKey = (id: number): void => {
    connection.call("createUserKey", { params: { id }, body: { name: t("overview:keyName") } }).then(
      (made) => setToken(made.token),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <section className="panel" aria-labelledby="connect">
      <div className="panel-head">
        <h2 id="connect">{isFirst ? t("overview:firstTitle") : t("overview:connect")}</h2>
        {user && canMakeKey && token === null && (
          <Button variant={isFirst ? "filled" : "default"} onClick={() => makeKey(user.id)}>
            {t("overview:makeKey")}
          </Button>
        )}
      </div>
      <div className="panel-body first">
        <p className="soft">{isFirst ? t("overview:firstText") : t("overview:connectText")}</p>
        {!isFirst && <BaseUrls url={status.url} />}
        {problem !== null && <Notice tone="bad">{problem}</Notice>}
        {token !== null && (
          <>
            <Notice tone="warn">{t("overview:keyMade")}</Notice>
            <Snippet value={token} thing={t("overview:clientKey")} />
          </>
        )}
        <Snippet
          value={firstRequestCommand(status.url, status.authDisabled ? null : (token ?? undefined))}
          thing={t("overview:curl")}
        />
        {isFirst && (
          <>
            <p className="soft">{t("overview:thenBases")}</p>
            <BaseUrls url={status.url} />
          </>
        )}
        {!canMakeKey && !status.authDisabled && <p className="soft small">{t("overview:keyHint")}</p>}
      </div>
    </section>
  );
}

function BaseUrls({ url }: { url: string }) {
  return (
    <dl className="bases">
      {baseUrls(url).map(({ name, base }) => (
        <div key={name}>
          <dt className="soft">{name}</dt>
          <dd>
            <code className="cut">{base}</code>
            <span className="bases-copy">
              <CopyButton value={base} thing={`${name}: ${base}`} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
