/** Every page of the console: where it is, who sees it, and the code that draws it, loaded when somebody goes there. */
import type { ComponentType } from "react";
import type { SignedInUser } from "./api/session.ts";
import type { IconName } from "./components/icon.tsx";
import { t } from "./i18n/t.ts";

export interface PageEntry {
  /** Also the address behind the `#`. */
  path: string;
  /** What of the address the page reads, in the router's notation. */
  pattern: string;
  icon: IconName;
  title: () => string;
  group: PageGroup;
  adminsOnly: boolean;
  load: () => Promise<ComponentType>;
}

export const PAGE_GROUPS = ["see", "steer", "people"] as const;
export type PageGroup = (typeof PAGE_GROUPS)[number];

const PAGES: readonly PageEntry[] = [
  {
    path: "/",
    pattern: "/",
    icon: "overview",
    title: () => t("overview:title"),
    group: "see",
    adminsOnly: false,
    load: () => import("./features/overview/overview-page.tsx").then(({ OverviewPage }) => OverviewPage),
  },
  {
    path: "/requests",
    pattern: "/requests/:id?",
    icon: "requests",
    title: () => t("requests:title"),
    group: "see",
    adminsOnly: false,
    load: () => import("./features/requests/requests-page.tsx").then(({ RequestsPage }) => RequestsPage),
  },
  {
    path: "/usage",
    pattern: "/usage",
    icon: "usage",
    title: () => t("usage:title"),
    group: "see",
    adminsOnly: false,
    load: () => import("./features/usage/usage-page.tsx").then(({ UsagePage }) => UsagePage),
  },
  {
    path: "/budgets",
    pattern: "/budgets",
    icon: "budget",
    title: () => t("budgets:title"),
    group: "see",
    adminsOnly: true,
    load: () => import("./features/budgets/budgets-page.tsx").then(({ BudgetsPage }) => BudgetsPage),
  },
  {
    path: "/playground",
    pattern: "/playground",
    icon: "playground",
    title: () => t("playground:title"),
    group: "see",
    adminsOnly: true,
    load: () => import("./features/playground/playground-page.tsx").then(({ PlaygroundPage }) => PlaygroundPage),
  },
  {
    path: "/providers",
    pattern: "/providers",
    icon: "providers",
    title: () => t("providers:title"),
    group: "steer",
    adminsOnly: true,
    load: () => import("./features/providers/providers-page.tsx").then(({ ProvidersPage }) => ProvidersPage),
  },
  {
    path: "/routing",
    pattern: "/routing",
    icon: "routing",
    title: () => t("routing:title"),
    group: "steer",
    adminsOnly: true,
    load: () => import("./features/routing/routing-page.tsx").then(({ RoutingPage }) => RoutingPage),
  },
  {
    path: "/config-history",
    pattern: "/config-history",
    icon: "history",
    title: () => t("config-history:title"),
    group: "steer",
    adminsOnly: true,
    load: () =>
      import("./features/config-history/config-history-page.tsx").then(({ ConfigHistoryPage }) => ConfigHistoryPage),
  },
  {
    path: "/keys",
    pattern: "/keys",
    icon: "key",
    title: () => t("keys:title"),
    group: "steer",
    adminsOnly: false,
    load: () => import("./features/keys/keys-page.tsx").then(({ KeysPage }) => KeysPage),
  },
  {
    path: "/people",
    pattern: "/people",
    icon: "people",
    title: () => t("people:title"),
    group: "people",
    adminsOnly: true,
    load: () => import("./features/people/people-page.tsx").then(({ PeoplePage }) => PeoplePage),
  },
  {
    path: "/audit",
    pattern: "/audit",
    icon: "audit",
    title: () => t("audit:title"),
    group: "people",
    adminsOnly: true,
    load: () => import("./features/audit/audit-page.tsx").then(({ AuditPage }) => AuditPage),
  },
  {
    path: "/agents",
    pattern: "/agents",
    icon: "agents",
    title: () => t("agents:title"),
    group: "steer",
    adminsOnly: true,
    load: () => import("./features/agents/agents-page.tsx").then(({ AgentsPage }) => AgentsPage),
  },
  {
    path: "/hooks",
    pattern: "/hooks",
    icon: "hook",
    title: () => t("hooks:title"),
    group: "steer",
    adminsOnly: true,
    load: () => import("./features/hooks/hooks-page.tsx").then(({ HooksPage }) => HooksPage),
  },
  {
    path: "/operations",
    pattern: "/operations",
    icon: "operations",
    title: () => t("operations:title"),
    group: "people",
    adminsOnly: true,
    load: () => import("./features/operations/operations-page.tsx").then(({ OperationsPage }) => OperationsPage),
  },
  {
    path: "/settings",
    pattern: "/settings",
    icon: "settings",
    title: () => t("settings:title"),
    group: "people",
    adminsOnly: false,
    load: () => import("./features/settings/settings-page.tsx").then(({ SettingsPage }) => SettingsPage),
  },
];

export const pagesFor = (role: SignedInUser["role"]): PageEntry[] =>
  PAGES.filter(({ adminsOnly }) => !adminsOnly || role !== "gateway_user");

/** The page of an address; the overview when none fits better. */
export const pageAt = (pages: readonly PageEntry[], path: string): PageEntry | undefined =>
  pages.findLast((page) => path === page.path || path.startsWith(page.path === "/" ? "/" : `${page.path}/`));
