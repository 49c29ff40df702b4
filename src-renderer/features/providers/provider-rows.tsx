import { Button, Switch } from "@mantine/core";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { Icon } from "../../components/icon.tsx";
import { textOf } from "../../configuration/config-value.ts";
import { formatCount, formatUsd } from "../../format/numbers.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { HealthStrip } from "./health-strip.tsx";
import { ProbeResult, verdictOf } from "./probe-result.tsx";
import { ProviderKeys } from "./provider-keys.tsx";
import { keysOf, type ListedProvider } from "./provider-list.ts";
import { toneOfProvider } from "./provider-tone.ts";
import { type ProbeState, useProbe } from "./use-probe.ts";

export interface ProviderSurroundings {
  week: ReplyOf<"usageBreakdown"> | null;
  day: ReplyOf<"usageSeries"> | null;
  health: ReplyOf<"listHealth"> | null;
}
export interface ProviderDeeds {
  onUse: (id: string) => void;
  onSwitch: (provider: ListedProvider, isOn: boolean) => void;
  onEdit: (id: string) => void;
}

/** One provider: what it is in one row, and in a second one what is wrong with it or what a check found. */
export function ProviderRows({
  provider,
  place,
  isUsed,
  usedFor,
  surroundings: { week, day, health },
  deeds,
}: {
  provider: ListedProvider;
  place: number;
  /** For everything that no route names. */
  isUsed: boolean;
  /** Protocols that it is the default of by themselves. */
  usedFor: string[];
  surroundings: ProviderSurroundings;
  deeds: ProviderDeeds;
}) {
  const { id, view, isOn } = provider;
  const { state, probe } = useProbe(id);
  const problem = view?.problem ?? null;
  return (
    <tbody data-off={!isOn || undefined} data-used={isUsed || undefined}>
      <tr>
        <th scope="row">
          <ProviderName provider={provider} tone={toneOf(provider, state)} />
          <HealthStrip group={day?.groups.find(({ group }) => group === id)} hours={day?.startsUs.length ?? 24} />
        </th>
        <td className="provider-wires">
          <Wires provider={provider} usedFor={usedFor} />
        </td>
        <td className="provider-key">
          <ProviderKeys provider={provider} keys={keysOf(provider, health)} />
        </td>
        <td className="number provider-week">
          <Week sum={week?.find(({ group }) => group === id)} />
        </td>
        <Deeds
          provider={provider}
          place={place}
          isUsed={isUsed}
          deeds={deeds}
          isProbing={state.phase === "running"}
          onProbe={probe}
        />
      </tr>
      {isOn && (problem !== null || state.phase !== "idle") && (
        <tr className="provider-notes">
          <td colSpan={6}>
            {state.phase === "idle" ? (
              <span data-ink="warn">{said(problem ?? "")}</span>
            ) : (
              <ProbeResult state={state} />
            )}
          </td>
        </tr>
      )}
    </tbody>
  );
}

function toneOf({ view, isOn }: ListedProvider, state: ProbeState): Tone {
  if (!isOn || view === null) return "idle";
  return state.phase === "done" ? verdictOf(state.result).tone : toneOfProvider(view);
}

function ProviderName({ provider: { id, view, entry, isOn }, tone }: { provider: ListedProvider; tone: Tone }) {
  const kind = view?.kind ?? (textOf(entry?.["kind"]) || id);
  const name = view?.name ?? kind;
  const facts = [
    ...(name !== id || kind !== id ? [name] : []),
    ...(view !== null && view.modelCount > 0 ? [t("providers:models", { count: view.modelCount })] : []),
    ...(isOn ? [] : [t("providers:off")]),
  ];
  return (
    <div className="provider-name">
      <HealthDot tone={tone} />
      <strong className="cut">{id}</strong>
      {facts.length > 0 && <span className="soft cut">{facts.join(" · ")}</span>}
    </div>
  );
}

function Wires({ provider: { view }, usedFor }: { provider: ListedProvider; usedFor: string[] }) {
  return (
    <div className="wires">
      {Object.entries(view?.protocols ?? {}).map(([wire, url]) => (
        <span key={wire} className="tag" title={url} data-used={usedFor.includes(wire) || undefined}>
          {wireName(wire)}
          {usedFor.includes(wire) && ` · ${t("providers:usedForWire")}`}
        </span>
      ))}
    </div>
  );
}

const KNOWN = ["openai-chat", "openai-responses", "anthropic-messages", "gemini-content"] as const;

/** Protocols that only providers have are called as they are. */
export function wireName(wire: string): string {
  const known = KNOWN.find((each) => each === wire);
  return known === undefined ? wire : t(`common:wires.${known}`);
}

function Week({ sum }: { sum: ReplyOf<"usageBreakdown">[number] | undefined }) {
  if (sum === undefined) return <span className="soft">–</span>;
  return (
    <>
      <div>{formatUsd(sum.costNano)}</div>
      <div className="soft">{t("providers:requests", { count: sum.requests, n: formatCount(sum.requests) })}</div>
    </>
  );
}

function Deeds({
  provider,
  place,
  isUsed,
  deeds,
  isProbing,
  onProbe,
}: {
  provider: ListedProvider;
  place: number;
  isUsed: boolean;
  deeds: ProviderDeeds;
  isProbing: boolean;
  onProbe: () => void;
}) {
  const { id, view, entry, isOn } = provider;
  return (
    <>
      <td className="provider-use">
        <Button
          variant={isUsed ? "filled" : "default"}
          aria-pressed={isUsed}
          aria-keyshortcuts={place <= 9 ? String(place) : undefined}
          data-digit={place <= 9 ? place : undefined}
          className="use-button"
          disabled={!isOn}
          onClick={() => deeds.onUse(id)}
        >
          {t("providers:use")}
          <span className="visually-hidden">{` ${t("providers:useFor", { name: id })}`}</span>
          {isUsed && <Icon name="check" size={12} />}
        </Button>
      </td>
      <td className="provider-check">
        <div className="provider-deeds">
          <Button
            aria-label={t("providers:probeThing", { name: id })}
            disabled={isProbing || view === null}
            onClick={onProbe}
          >
            {t("providers:probe")}
          </Button>
          <Button
            aria-label={t("providers:editThing", { name: id })}
            disabled={entry === null}
            title={entry === null ? t("providers:fromEnvironment") : undefined}
            onClick={() => deeds.onEdit(id)}
          >
            {t("providers:edit")}
          </Button>
          <Switch
            aria-label={t("providers:onThing", { name: id })}
            title={entry === null ? t("providers:fromEnvironment") : undefined}
            checked={isOn}
            disabled={entry === null}
            onChange={(event) => deeds.onSwitch(provider, event.currentTarget.checked)}
          />
        </div>
      </td>
    </>
  );
}
