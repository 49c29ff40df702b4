import "./welcome.css";
import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation, useSearchParams } from "wouter";
import { desktop } from "../../api/desktop.ts";
import { useLiveExchanges } from "../../api/live-exchanges.ts";
import { type Query, useQuery } from "../../api/use-query.ts";
import { BrandMark } from "../../components/brand-mark.tsx";
import { Icon } from "../../components/icon.tsx";
import { LanguageButton } from "../../components/language-button.tsx";
import { StateBanners } from "../../components/state-banners.tsx";
import { t } from "../../i18n/t.ts";
import { useAgents } from "../agents/use-agents.ts";
import { putWelcomeAway } from "./first-start.ts";
import { firstOpenStep, isStep, STEPS, type StepName, stepsDone } from "./setup.ts";
import { StepAgents } from "./step-agents.tsx";
import { StepGateway } from "./step-gateway.tsx";
import { StepProvider } from "./step-provider.tsx";
import { StepRequest } from "./step-request.tsx";

const REFRESH_MS = 15_000;

/** The first steps: from a gateway that has just started to the first request that is seen. Each can be skipped. */
export function WelcomePage() {
  const providers = useQuery("providers", (client) => client.call("listProviders"), { everyMs: REFRESH_MS });
  const [search] = useSearchParams();
  const asked = search.get("step");
  // A browser is refused them where it is not the app's own window, so they are not asked for before they are shown.
  const agents = useAgents({ isWanted: desktop() !== null || asked === "agents" || asked === "request" });
  const exchanges = useQuery("first exchanges", (client) => client.call("listExchanges", { query: { limit: 3 } }), {
    everyMs: REFRESH_MS,
  });
  useLiveExchanges(true, { onExchanges: exchanges.reload, onOpen: exchanges.reload });
  const done = stepsDone({
    providers: providers.value,
    agents: agents.value?.agents ?? null,
    exchanges: exchanges.value,
  });
  const { step, goTo } = useStep(done, [providers, agents, exchanges].every(isAnswered));
  const leave = useLeave();
  useEffect(() => {
    document.title = `${t("welcome:title")} · ${t("common:product")}`;
  }, []);
  const place = STEPS.indexOf(step);
  const goOn = (): void => {
    const next = STEPS[place + 1];
    if (next === undefined) leave();
    else goTo(next);
  };
  return (
    <div className="welcome">
      <header className="welcome-head">
        <BrandMark />
        <span className="welcome-name">{t("common:product")}</span>
        <LanguageButton />
        <Button variant="subtle" color="gray" onClick={leave}>
          {t("welcome:skipAll")}
        </Button>
      </header>
      <StateBanners />
      <main className="welcome-body">
        <h1>{t("welcome:title")}</h1>
        <StepList step={step} done={done} onGo={goTo} />
        <StepPanel step={step}>
          {step === "gateway" && <StepGateway />}
          {step === "provider" && <StepProvider providers={providers} onSaved={providers.reload} />}
          {step === "agents" && <StepAgents query={agents} />}
          {step === "request" && <StepRequest agents={agents.value?.agents ?? []} exchanges={exchanges} />}
        </StepPanel>
        <footer className="welcome-foot">
          {place > 0 && <Button onClick={() => goTo(STEPS[place - 1] ?? "gateway")}>{t("welcome:back")}</Button>}
          <Button variant={step === "gateway" || done[step] ? "filled" : "default"} onClick={goOn}>
            {step === "request"
              ? t("welcome:finish")
              : t(step === "gateway" || done[step] ? "welcome:next" : "welcome:skip")}
          </Button>
        </footer>
      </main>
    </div>
  );
}

const isAnswered = ({ value, problem }: Pick<Query<unknown>, "value" | "problem">): boolean =>
  value !== null || problem !== null;

/** The step of the address, or the first that is not done, as it was when the page was opened. */
function useStep(
  done: Readonly<Record<StepName, boolean>>,
  isKnown: boolean,
): { step: StepName; goTo: (step: StepName) => void } {
  const [search, setSearch] = useSearchParams();
  const asked = search.get("step");
  const goTo = (step: StepName): void => setSearch({ step }, { replace: true });
  const first = firstOpenStep(done);
  const isSettled = useRef(false);
  useEffect(() => {
    if (isSettled.current || !isKnown) return;
    isSettled.current = true;
    if (!isStep(asked)) setSearch({ step: first }, { replace: true });
  }, [asked, first, isKnown, setSearch]);
  return { step: isStep(asked) ? asked : "gateway", goTo };
}

function useLeave(): () => void {
  const [, go] = useLocation();
  return () => {
    putWelcomeAway();
    go("/");
  };
}

function StepList({
  step,
  done,
  onGo,
}: {
  step: StepName;
  done: Readonly<Record<StepName, boolean>>;
  onGo: (step: StepName) => void;
}) {
  return (
    <ol className="welcome-steps" aria-label={t("welcome:steps")}>
      {STEPS.map((name, place) => (
        <li key={name}>
          <button
            type="button"
            aria-current={name === step ? "step" : undefined}
            data-done={done[name] || undefined}
            onClick={() => onGo(name)}
          >
            <span className="welcome-number">{done[name] ? <Icon name="check" size={12} /> : place + 1}</span>
            <span>{t(`welcome:names.${name}`)}</span>
            {done[name] && <span className="visually-hidden">{t("welcome:done")}</span>}
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Whoever goes on is told where they are: the new heading takes the focus. */
function StepPanel({ step, children }: { step: StepName; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) heading.current?.focus();
    shown.current = step;
  }, [step]);
  return (
    <section className="panel welcome-panel" aria-labelledby="welcome-step">
      <h2 id="welcome-step" ref={heading} tabIndex={-1}>
        {t(`welcome:headings.${step}`)}
      </h2>
      {children}
    </section>
  );
}
