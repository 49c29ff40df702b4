import { ActionIcon, useMantineColorScheme } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useGateway, useSessionState } from "../api/gateway-context.tsx";
import type { Session } from "../api/session.ts";
import { t } from "../i18n/t.ts";
import { type PageEntry, pageAt } from "../pages.ts";
import { BrandMark } from "./brand-mark.tsx";
import { GatewayCard } from "./gateway-card.tsx";
import { Icon } from "./icon.tsx";
import { LanguageButton } from "./language-button.tsx";
import { PageNav } from "./page-nav.tsx";
import { paletteKeys, useShortcuts } from "./palette/use-shortcuts.ts";
import { StateBanners } from "./state-banners.tsx";
import { Tip } from "./tip.tsx";

const CommandPalette = lazy(() =>
  import("./palette/command-palette.tsx").then((module) => ({ default: module.CommandPalette })),
);
const ShortcutsSheet = lazy(() =>
  import("./palette/shortcuts-sheet.tsx").then((module) => ({ default: module.ShortcutsSheet })),
);

/** What stands around every page. */
export function Frame({ pages, children }: { pages: readonly PageEntry[]; children: ReactNode }) {
  const [path] = useLocation();
  const page = pageAt(pages, path);
  const title = page?.title() ?? "";
  useEffect(() => {
    document.title = title === "" ? t("common:product") : `${title} · ${t("common:product")}`;
  }, [title]);
  const [front, setFront] = useState<"palette" | "shortcuts" | null>(null);
  const close = (): void => setFront(null);
  const openPalette = (): void => setFront((old) => (old === "palette" ? null : "palette"));
  const openShortcuts = (): void => setFront("shortcuts");
  useShortcuts(pages, { openPalette, openShortcuts });
  const skip = (): void => document.getElementById("main")?.focus();
  return (
    <div className="frame">
      <button type="button" className="skip" onClick={skip}>
        {t("frame:skip")}
      </button>
      <div className="sidebar">
        <header className="brand">
          <BrandMark />
          <span>{t("common:productShort")}</span>
        </header>
        <button type="button" className="palette-button" onClick={openPalette}>
          <Icon name="search" />
          <span>{t("palette:open")}</span>
          <kbd>{paletteKeys()}</kbd>
        </button>
        <PageNav pages={pages} current={page} />
        <FrameFoot />
      </div>
      <main className="main" id="main" tabIndex={-1}>
        <StateBanners />
        {children}
      </main>
      <Suspense>
        {front === "palette" && <CommandPalette pages={pages} onClose={close} showShortcuts={openShortcuts} />}
        {front === "shortcuts" && <ShortcutsSheet pages={pages} onClose={close} />}
      </Suspense>
    </div>
  );
}

function FrameFoot() {
  const { session } = useGateway();
  const state = useSessionState();
  const user = state.phase === "signed-in" ? state.user : null;
  return (
    <footer className="frame-foot">
      <GatewayCard />
      <div className="frame-foot-row">
        <span className="cut" title={user?.email}>
          {user?.email}
        </span>
        <div className="frame-foot-actions">
          <LanguageButton />
          <ThemeToggle />
          <Tip label={t("frame:signOut")}>
            <ActionIcon aria-label={t("frame:signOut")} onClick={() => void signOut(session)}>
              <Icon name="leave" />
            </ActionIcon>
          </Tip>
        </div>
      </div>
    </footer>
  );
}

const THEME_ICONS = { auto: "system", light: "sun", dark: "moon" } as const;
const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" } as const;

function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = t(`frame:themes.${colorScheme}`);
  return (
    <Tip label={label}>
      <ActionIcon aria-label={label} onClick={() => setColorScheme(NEXT_THEME[colorScheme])}>
        <Icon name={THEME_ICONS[colorScheme]} />
      </ActionIcon>
    </Tip>
  );
}

/** Who came from an OIDC provider is led back to it, where its own session ends. */
async function signOut(session: Session): Promise<void> {
  const url = await session.signOut().catch(() => null);
  if (url !== null) location.assign(url);
}
