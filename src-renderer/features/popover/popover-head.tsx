import { ActionIcon } from "@mantine/core";
import type { PopoverAction, PopoverState } from "../../api/desktop.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { Icon } from "../../components/icon.tsx";
import { Tip } from "../../components/tip.tsx";
import { t } from "../../i18n/t.ts";

/** How the gateway is, by shape, colour and word; where it is; and the one verb that makes sense. */
export function PopoverHead({ state, act }: { state: PopoverState; act: (action: PopoverAction) => Promise<void> }) {
  const { url, paused } = state;
  const { tone, word, text } = toldOf(state);
  const verb = t(paused ? "popover:resume" : "popover:pause");
  return (
    <header className="popover-head">
      <HealthDot tone={tone} />
      <h1 id="popover-title">{word}</h1>
      {url !== null && (
        <>
          <span className="mono soft cut" title={url}>
            {url.replace(/^https?:\/\//, "")}
          </span>
          <div className="popover-verbs">
            <CopyButton value={url} thing={t("frame:address")} />
            <Tip label={verb}>
              <ActionIcon aria-label={verb} onClick={() => void act({ do: paused ? "resume" : "pause" })}>
                <Icon name={paused ? "play" : "pause"} />
              </ActionIcon>
            </Tip>
            <Tip label={t("popover:settings")}>
              <ActionIcon aria-label={t("popover:settings")} onClick={() => void act({ do: "open", page: "settings" })}>
                <Icon name="settings" />
              </ActionIcon>
            </Tip>
          </div>
        </>
      )}
      {text !== null && (
        <p className="popover-told" data-ink={tone === "bad" || tone === "warn" ? tone : undefined}>
          {text}
        </p>
      )}
    </header>
  );
}

interface Told {
  tone: Tone;
  word: string;
  /** What is behind it; null where the word says all. */
  text: string | null;
}

function toldOf(state: PopoverState): Told {
  const { lockedKeys, startProblem, url, failover, budget, openExchanges } = state;
  switch (state.state) {
    case "error":
      if (url === null) return { tone: "bad", word: t("popover:notRunning"), text: startProblem };
      if (lockedKeys.length > 0)
        return {
          tone: "bad",
          word: t("popover:locked"),
          text: t("popover:lockedText", { keys: lockedKeys.join(", ") }),
        };
      return { tone: "bad", word: t("popover:cutOff"), text: t("popover:cutOffText") };
    case "stopped":
      return { tone: "bad", word: t("popover:stopped"), text: t("popover:stoppedText", { name: budget?.name ?? "" }) };
    case "paused":
      return { tone: "warn", word: t("popover:paused"), text: t("popover:pausedText") };
    case "failover":
      return {
        tone: "warn",
        word: t("popover:failover"),
        text: t("popover:failoverText", { from: failover?.from ?? "", to: failover?.to ?? "" }),
      };
    case "warning":
    case "update":
    case "active":
    case "running":
      if (openExchanges > 0) return { tone: "busy", word: t("popover:active", { count: openExchanges }), text: null };
      return { tone: "good", word: t(url === null ? "popover:starting" : "frame:running"), text: null };
  }
}
