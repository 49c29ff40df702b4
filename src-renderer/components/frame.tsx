import { ActionIcon, Button, Tooltip, useMantineColorScheme } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { Link, useLocation } from "wouter";
import { useConnectionState, useGateway, useSessionState } from "../api/gateway-context.tsx";
import { useQuery } from "../api/use-query.ts";
import { text } from "../i18n/text.ts";
import { BrandMark } from "./brand-mark.tsx";
import { CopyButton } from "./copy-button.tsx";
import { HealthDot } from "./health-dot.tsx";
import { Icon, type IconName } from "./icon.tsx";

const PAGES: { path: string; icon: IconName; title: string }[] = [
  { path: "/", icon: "overview", title: text.overview.title },
  { path: "/requests", icon: "requests", title: text.requests.title },
  { path: "/providers", icon: "providers", title: text.providers.title },
];

/** What stands around every page. */
export function Frame({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const page = PAGES.findLast((candidate) => path.startsWith(candidate.path)) ?? PAGES[0];
  useEffect(() => {
    document.title = page ? `${page.title} · ${text.product}` : text.product;
  }, [page]);
  const skip = (): void => document.getElementById("main")?.focus();
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={skip}>
        {text.frame.skip}
      </button>
      <div className="sidebar">
        <header className="brand">
          <BrandMark />
          <span>{text.productShort}</span>
        </header>
        <nav className="nav" aria-label={text.frame.navigation}>
          <ul>
            {PAGES.map(({ path: target, icon, title }) => (
              <li key={target}>
                <Link href={target} aria-current={page?.path === target ? "page" : undefined}>
                  <Icon name={icon} />
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <FrameFoot />
      </div>
      <main className="main" id="main" tabIndex={-1}>
        <DownBanner />
        {children}
      </main>
    </div>
  );
}

function FrameFoot() {
  const { session } = useGateway();
  const { isDown } = useConnectionState();
  const state = useSessionState();
  const { value: status } = useQuery("status", (client) => client.call("getStatus"));
  const url = status?.url ?? location.origin;
  const user = state.phase === "signed-in" ? state.user : null;
  return (
    <footer className="frame-foot">
      <div className="gateway-card">
        <HealthDot tone={isDown ? "bad" : "good"} />
        <span className="gateway-card-state">{isDown ? text.frame.down : text.frame.running}</span>
        <span className="gateway-card-address mono cut" title={url}>
          {url.replace(/^https?:\/\//, "")}
        </span>
        <CopyButton value={url} thing={text.frame.address} />
      </div>
      <div className="frame-foot-row">
        <span className="cut" title={user?.email}>
          {user?.email}
        </span>
        <div className="frame-foot-actions">
          <ThemeToggle />
          <Tooltip label={text.frame.signOut}>
            <ActionIcon aria-label={text.frame.signOut} onClick={() => void session.signOut().catch(() => {})}>
              <Icon name="leave" />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
    </footer>
  );
}

const THEME_ICONS = { auto: "system", light: "sun", dark: "moon" } as const;
const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" } as const;

function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = text.frame.themes[colorScheme];
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={() => setColorScheme(NEXT_THEME[colorScheme])}>
        <Icon name={THEME_ICONS[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  );
}

function DownBanner() {
  const { connection } = useGateway();
  const { isDown } = useConnectionState();
  if (!isDown) return null;
  return (
    <div className="down-banner" role="alert">
      <HealthDot tone="bad" />
      <p>
        <strong>{text.frame.downTitle}</strong> {text.frame.downText}
      </p>
      <Button onClick={connection.retry}>{text.frame.retry}</Button>
    </div>
  );
}
