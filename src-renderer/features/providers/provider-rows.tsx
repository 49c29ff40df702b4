import { Button } from "@mantine/core";
import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { useSessionState } from "../../api/gateway-context.tsx";
import { HealthDot } from "../../components/health-dot.tsx";
import { t } from "../../i18n/t.ts";
import { ProbeResult, verdictOf } from "./probe-result.tsx";
import { isKeyMissing, toneOfProvider } from "./provider-tone.ts";
import { useProbe } from "./use-probe.ts";

/** One provider: what it is in one row, and in a second one what is wrong with it or what a check found. */
export function ProviderRows({ provider }: { provider: ProviderView }) {
  const { id, name, kind, protocols, problem, modelCount, where } = provider;
  const session = useSessionState();
  const { state, probe } = useProbe(id);
  const mayProbe = session.phase === "signed-in" && session.user.role !== "gateway_user";
  return (
    <tbody>
      <tr>
        <th scope="row">
          <div className="provider-name">
            <HealthDot tone={state.phase === "done" ? verdictOf(state.result).tone : toneOfProvider(provider)} />
            <strong className="cut">{id}</strong>
            {(name !== id || kind !== id) && <span className="soft cut">{name}</span>}
          </div>
        </th>
        <td className="provider-wires">
          <div className="wires">
            {Object.entries(protocols).map(([wire, url]) => (
              <span key={wire} className="tag" title={url}>
                {t(`common:wires.${wire as WireProtocol}`) ?? wire}
              </span>
            ))}
          </div>
        </td>
        <td className="provider-key">
          <Credential provider={provider} />
          <div className="soft cut" title={where}>
            {t("providers:from", { where: where.replace(/^.*[\\/]/, "") })}
          </div>
        </td>
        <td className="number provider-models">
          {modelCount === 0 ? "–" : t("providers:models", { count: modelCount })}
        </td>
        <td className="provider-check">
          <Button
            aria-label={t("providers:probeThing", { name: id })}
            title={mayProbe ? undefined : t("providers:adminOnly")}
            disabled={!mayProbe || state.phase === "running"}
            onClick={probe}
          >
            {t("providers:probe")}
          </Button>
        </td>
      </tr>
      {(problem !== null || state.phase !== "idle") && (
        <tr className="provider-notes">
          <td colSpan={5}>
            {state.phase === "idle" ? <span data-ink="warn">{problem}</span> : <ProbeResult state={state} />}
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Credential({ provider }: { provider: ProviderView }) {
  if (isKeyMissing(provider)) return <span data-ink="bad">{t("providers:keyMissing")}</span>;
  if (provider.credential === null) return <span className="soft">{t("providers:noKeyNeeded")}</span>;
  return (
    <code className="credential cut" title={provider.credential}>
      {provider.credential}
    </code>
  );
}
