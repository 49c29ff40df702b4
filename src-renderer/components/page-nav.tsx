import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import { t } from "../i18n/t.ts";
import { PAGE_GROUPS, type PageEntry } from "../pages.ts";
import { Icon } from "./icon.tsx";
import { Keys } from "./palette/keys.tsx";
import { keyOfPage } from "./palette/page-keys.ts";
import { useIsPhone } from "./use-is-phone.ts";

const Sheet = lazy(() => import("./sheet.tsx").then((module) => ({ default: module.Sheet })));

/** What people look at most; the first ones that somebody may see stand at the bottom of a phone. */
const MAIN_PATHS = ["/", "/requests", "/usage", "/providers", "/budgets", "/agents", "/keys"];
const MAIN_COUNT = 4;

interface Props {
  pages: readonly PageEntry[];
  current: PageEntry | undefined;
}

/** The ways to all pages: beside the page, and on a phone below it. */
export function PageNav(props: Props) {
  return useIsPhone() ? <BottomNav {...props} /> : <SideNav {...props} />;
}

function SideNav({ pages, current }: Props) {
  return (
    <nav className="nav" aria-label={t("frame:navigation")}>
      <GroupedPages pages={pages} current={current} />
    </nav>
  );
}

function GroupedPages({ pages, current }: Props) {
  return PAGE_GROUPS.map((group) => {
    const own = pages.filter((page) => page.group === group);
    return (
      own.length > 0 && (
        <ul key={group} aria-label={t(`frame:groups.${group}`)}>
          {own.map((page) => (
            <PageItem key={page.path} page={page} isCurrent={page === current} />
          ))}
        </ul>
      )
    );
  });
}

function PageItem({ page, isCurrent }: { page: PageEntry; isCurrent: boolean }) {
  const key = keyOfPage(page.path);
  return (
    <li>
      <Link href={page.path} aria-current={isCurrent ? "page" : undefined} aria-keyshortcuts={key && `g ${key}`}>
        <Icon name={page.icon} />
        <span className="cut">{page.title()}</span>
        {key !== undefined && (
          <span className="nav-keys" aria-hidden="true">
            <Keys keys={`g ${key}`} />
          </span>
        )}
      </Link>
    </li>
  );
}

function BottomNav({ pages, current }: Props) {
  // It closes by itself when somebody has gone to another page.
  const [openAt, setOpenAt] = useState<PageEntry | null>(null);
  const isOpen = openAt !== null && openAt === current;
  const main = MAIN_PATHS.flatMap((path) => pages.find((page) => page.path === path) ?? []).slice(0, MAIN_COUNT);
  const rest = pages.filter((page) => !main.includes(page));
  return (
    <nav className="nav nav-bottom" aria-label={t("frame:navigation")}>
      <ul>
        {main.map((page) => (
          <PageItem key={page.path} page={page} isCurrent={page === current} />
        ))}
        {rest.length > 0 && (
          <li>
            <button
              type="button"
              className="nav-more"
              aria-haspopup="dialog"
              data-current={current !== undefined && rest.includes(current)}
              onClick={() => setOpenAt(current ?? null)}
            >
              <Icon name="more" />
              <span>{t("frame:more")}</span>
            </button>
          </li>
        )}
      </ul>
      {openAt !== null && (
        <Suspense>
          <Sheet title={t("frame:more")} isOpen={isOpen} onClose={() => setOpenAt(null)}>
            <div className="nav-sheet">
              <GroupedPages pages={rest} current={current} />
            </div>
          </Sheet>
        </Suspense>
      )}
    </nav>
  );
}
