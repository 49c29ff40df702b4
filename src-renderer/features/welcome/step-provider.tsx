import "../../configuration/steer.css";
import "../providers/providers.css";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import type { Query } from "../../api/use-query.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { useConfiguration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { ProbeResult } from "../providers/probe-result.tsx";
import { ProviderSteps } from "../providers/provider-steps.tsx";
import { toneOfProvider } from "../providers/provider-tone.ts";
import { useProbe } from "../providers/use-probe.ts";

/** What most people have a key of, or run themselves. */
const USUAL = ["anthropic", "openai", "gemini", "openrouter", "deepseek", "ollama"];

type Providers = ReplyOf<"listProviders">;

/** The first provider: chosen, its key pasted, tested, kept. Those that are there already are shown instead. */
export function StepProvider({ providers, onSaved }: { providers: Query<Providers>; onSaved: () => void }) {
  const [isAdding, setAdding] = useState(false);
  return (
    <QueryState query={providers} rows={5}>
      {(list) =>
        list.length === 0 || isAdding ? (
          <NewProvider
            taken={list.map(({ id }) => id)}
            onDone={() => {
              setAdding(false);
              onSaved();
            }}
          />
        ) : (
          <>
            <p className="soft">{t("welcome:providersThere")}</p>
            <ul className="welcome-list">
              {list.map((provider) => (
                <ThereProvider key={provider.id} provider={provider} />
              ))}
            </ul>
            <div>
              <Button onClick={() => setAdding(true)}>{t("welcome:another")}</Button>
            </div>
          </>
        )
      }
    </QueryState>
  );
}

function NewProvider({ taken, onDone }: { taken: string[]; onDone: () => void }) {
  const configuration = useConfiguration();
  const [kind, setKind] = useState<CatalogueEntryView | null>(null);
  return (
    <>
      {kind === null ? (
        <p className="soft">{t("welcome:chooseProvider")}</p>
      ) : (
        <p>
          <strong>{kind.name}</strong>
        </p>
      )}
      <ProviderSteps {...{ kind, taken, configuration, onDone }} onChoose={setKind} leading={USUAL} />
    </>
  );
}

function ThereProvider({ provider }: { provider: Providers[number] }) {
  const { state, probe } = useProbe(provider.id);
  return (
    <li>
      <HealthDot tone={toneOfProvider(provider)} />
      <strong className="cut">{provider.id}</strong>
      <span className="soft cut">
        {provider.modelCount > 0 ? t("providers:models", { count: provider.modelCount }) : provider.name}
      </span>
      <Button
        aria-label={t("providers:probeThing", { name: provider.id })}
        loading={state.phase === "running"}
        onClick={probe}
      >
        {t("providers:probe")}
      </Button>
      {state.phase !== "idle" && <ProbeResult state={state} />}
    </li>
  );
}
