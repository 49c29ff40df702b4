import "./popover.css";
import { ActionIcon, Button } from "@mantine/core";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { DesktopBridge } from "../../../src-main/preload.ts";
import type { PopoverAction, PopoverState } from "../../api/desktop.ts";
import { Icon } from "../../components/icon.tsx";
import { Meter } from "../../components/meter.tsx";
import { Notice } from "../../components/notice.tsx";
import { Tip } from "../../components/tip.tsx";
import { language, onLanguageChange, t } from "../../i18n/t.ts";
import { formatAmount } from "../budgets/budget-facts.ts";
import { PopoverAgents } from "./popover-agents.tsx";
import { PopoverHead } from "./popover-head.tsx";
import { PopoverProviders } from "./popover-providers.tsx";
import { PopoverToday } from "./popover-today.tsx";
import { useArrowKeys } from "./use-arrow-keys.ts";
import { useFit } from "./use-fit.ts";

type Bridge = DesktopBridge["popover"];

/** The answers of a glance: does it run, what does it cost, who is asked. What is clicked is done at once. */
export function Popover({ bridge, first }: { bridge: Bridge; first: PopoverState }) {
  useSyncExternalStore(onLanguageChange, language);
  const [state, setState] = useState(first);
  const [problem, setProblem] = useState<string | null>(null);
  const box = useRef<HTMLElement>(null);
  useFit(box, bridge);
  useArrowKeys(box);
  useEffect(() => {
    bridge.onChange(setState);
    // What was told while this was not listening yet.
    void bridge.get().then(setState);
    // It remembers nothing from the last time that it was looked at.
    const onFocus = (): void => {
      setProblem(null);
      box.current?.focus();
      box.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
    };
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === "Escape") void bridge.hide();
    };
    window.addEventListener("focus", onFocus);
    document.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("focus", onFocus);
      document.removeEventListener("keydown", onKey);
    };
  }, [bridge]);
  const act = async (action: PopoverAction): Promise<void> => {
    setProblem((await bridge.act(action)).problem);
  };
  return (
    <main className="popover" ref={box} tabIndex={-1} aria-labelledby="popover-title">
      <PopoverHead state={state} act={act} />
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <PopoverToday state={state} />
      {state.budget && <Budget budget={state.budget} />}
      <PopoverProviders state={state} act={act} />
      {state.glance && state.glance.agents.length > 0 && <PopoverAgents agents={state.glance.agents} />}
      <Foot state={state} act={act} />
    </main>
  );
}

function Budget({ budget: { name, percent, amounts } }: { budget: NonNullable<PopoverState["budget"]> }) {
  const said =
    amounts &&
    t("popover:of", {
      spent: formatAmount(amounts.unit, amounts.spent),
      limit: formatAmount(amounts.unit, amounts.limit),
    });
  return (
    <section className="popover-part" aria-label={t("popover:budget")}>
      <div className="popover-line">
        <span className="cut">{t("popover:budgetNamed", { name })}</span>
        <span className="soft number">{said}</span>
        <strong className="number">{t("popover:percent", { percent: Math.floor(percent) })}</strong>
      </div>
      <Meter label={`${name}: ${said ?? ""}`} used={Math.floor(percent)} limit={100} />
    </section>
  );
}

function Foot({ state: { update }, act }: { state: PopoverState; act: (action: PopoverAction) => Promise<void> }) {
  const open = (page: "overview" | "requests" | "agents") => () => void act({ do: "open", page });
  return (
    <footer className="popover-foot">
      {update && (
        <Button className="popover-update" onClick={() => void act({ do: "showUpdate" })}>
          {t(update.isStaged ? "popover:restart" : "popover:update", { version: update.version })}
        </Button>
      )}
      <Button variant="filled" onClick={open("overview")}>
        {t("popover:open")}
      </Button>
      <Button onClick={open("requests")}>{t("popover:requestsPage")}</Button>
      <Button onClick={open("agents")}>{t("popover:connect")}</Button>
      <Tip label={t("popover:quit")}>
        <ActionIcon aria-label={t("popover:quit")} onClick={() => void act({ do: "quit" })}>
          <Icon name="leave" />
        </ActionIcon>
      </Tip>
    </footer>
  );
}
