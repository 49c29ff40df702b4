import { Button } from "@mantine/core";
import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import { useGateway } from "../../api/gateway-context.tsx";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";

/** For an agent that is connected: writing its settings again, and taking them back. */
export function AgentActions({ agent, onChanged }: { agent: AgentView; onChanged: () => void }) {
  const { connection } = useGateway();
  const { id, title } = agent;
  const repair = useAction((client) => client.call("repairAgent", { params: { id } }));
  const disconnect = useAction((client) => client.call("disconnectAgent", { params: { id }, body: {} }));
  const connectAgain = (): Promise<unknown> =>
    connection.call("connectAgent", { params: { id }, body: agent.model === null ? {} : { model: agent.model } });
  const runDisconnect = async (): Promise<void> => {
    const done = await disconnect.run(undefined);
    onChanged();
    if (!done) return;
    const left = done.files.reduce((count, file) => count + file.left.length, 0);
    showToast({
      text: left === 0 ? t("agents:disconnected", { name: title }) : t("agents:leftKeys", { name: title, count: left }),
      undo: () =>
        void connectAgain()
          .catch((error: unknown) =>
            showToast({ tone: "bad", text: error instanceof Error ? error.message : String(error) }),
          )
          .finally(onChanged),
    });
  };
  const runRepair = async (): Promise<void> => {
    if (await repair.run(undefined)) showToast({ text: t("agents:repaired", { name: title }), tone: "good" });
    onChanged();
  };
  const problem = repair.problem ?? disconnect.problem;
  const needsRepair = agent.state === "drifted" || agent.state === "moved";
  return (
    <>
      {needsRepair && (
        <Button
          variant="filled"
          loading={repair.isRunning}
          aria-label={t("agents:repairThing", { name: title })}
          onClick={() => void runRepair()}
        >
          {t("agents:repair")}
        </Button>
      )}
      <Button
        loading={disconnect.isRunning}
        aria-label={t("agents:disconnectThing", { name: title })}
        onClick={() => void runDisconnect()}
      >
        {t("agents:disconnect")}
      </Button>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
    </>
  );
}
