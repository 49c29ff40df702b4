import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "wouter";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";
import { AnswerDiff } from "./answer-diff.tsx";

/** What can be done with a request whose bodies were kept. */
export function RequestActions({ requestId, provider }: { requestId: string; provider: string | null }) {
  const session = useSessionState();
  const mayReplay = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const [open, setOpen] = useState<"curl" | "replay" | "diff" | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div className="request-actions">
      <Button size="compact-xs" onClick={() => setOpen("curl")}>
        cURL
      </Button>
      <Button size="compact-xs" disabled={!mayReplay} onClick={() => setOpen("replay")}>
        {t("details:replay")}
      </Button>
      <Button size="compact-xs" onClick={() => setOpen("diff")}>
        {t("details:compare")}
      </Button>
      <Sheet title="cURL" isOpen={open === "curl"} onClose={close} isWide>
        <Curl requestId={requestId} />
      </Sheet>
      <Sheet title={t("details:replay")} isOpen={open === "replay"} onClose={close}>
        <Replay requestId={requestId} provider={provider} onDone={close} />
      </Sheet>
      <Sheet title={t("details:compare")} isOpen={open === "diff"} onClose={close} isWide>
        <AnswerDiff requestId={requestId} />
      </Sheet>
    </div>
  );
}

function Curl({ requestId }: { requestId: string }) {
  const query = useQuery(`curl ${requestId}`, (client) => client.call("curlOfExchange", { params: { id: requestId } }));
  if (query.problem !== null) return <Notice tone="warn">{query.problem}</Notice>;
  return query.value === null ? null : <Snippet value={query.value.command} thing="cURL" />;
}

function Replay({ requestId, provider, onDone }: { requestId: string; provider: string | null; onDone: () => void }) {
  const [, navigate] = useLocation();
  const providers = useQuery("providers", (client) => client.call("listProviders"));
  const [chosen, setChosen] = useState<string | null>(null);
  const replay = useAction((client, where: string | null) =>
    client.call("replayExchange", { params: { id: requestId }, body: where === null ? {} : { provider: where } }),
  );
  const run = async (): Promise<void> => {
    const made = await replay.run(chosen);
    if (made === null) return;
    onDone();
    showToast({ text: t("details:replayed") });
    navigate(`/requests/${made.requestId}`);
  };
  return (
    <div className="stack">
      <p className="soft">{t("details:replayText")}</p>
      <Select
        label={t("details:replayOn")}
        placeholder={t("details:replaySame", { provider: provider ?? "" })}
        data={(providers.value ?? []).map(({ id }) => id)}
        value={chosen}
        onChange={setChosen}
        clearable
      />
      {replay.problem !== null && <Notice tone="bad">{replay.problem}</Notice>}
      <div>
        <Button variant="filled" loading={replay.isRunning} onClick={() => void run()}>
          {t("details:replayNow")}
        </Button>
      </div>
    </div>
  );
}
