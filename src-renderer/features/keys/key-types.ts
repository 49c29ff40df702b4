/** What a client key is for, in words and as a form has it. */
import type { BodyOf, ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { formatCount, formatShort, formatUsd } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

export type ClientKey = ReplyOf<"getKey">;
export type MadeKey = ReplyOf<"rotateKey">;
export const KEY_STATES = ["active", "expired", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];

export function stateOf(key: ClientKey, nowUs: number): KeyState {
  if (key.revokedAtUs !== null) return "revoked";
  return key.expiresAtUs !== null && key.expiresAtUs <= nowUs ? "expired" : "active";
}

export const BUDGET_UNITS = ["usd", "tokens", "requests"] as const;
export const BUDGET_SPANS = ["day", "week", "month", "total"] as const;
const NANO = 1_000_000_000;

/** "60/min · $5.00 a day"; a dash without limits. */
export function limitsInWords(limits: ClientKey["limits"]): string {
  const { requestsPerMinute, tokensPerMinute, concurrent, budget } = limits ?? {};
  const parts = [
    requestsPerMinute === undefined ? null : t("keys:perMinute", { amount: formatCount(requestsPerMinute) }),
    tokensPerMinute === undefined ? null : t("keys:tokensPerMinute", { amount: formatShort(tokensPerMinute) }),
    concurrent === undefined ? null : t("keys:atOnce", { amount: formatCount(concurrent) }),
    budget === undefined
      ? null
      : t(`keys:spans.${budget.per}`, {
          amount:
            budget.unit === "usd"
              ? formatUsd(budget.limit)
              : t(`keys:amounts.${budget.unit}`, { amount: formatShort(budget.limit) }),
        }),
  ];
  return parts.filter((part) => part !== null).join(" · ") || "–";
}

/** The kinds of requests that a form offers; the gateway knows finer ones, which stay as they are. */
export const SURFACE_SCOPES = [
  "chat",
  "responses",
  "messages",
  "gemini",
  "embeddings",
  "completions",
  "images",
  "audio",
] as const;

/** A key as a form has it: amounts as they are typed. */
export interface KeyDraft {
  name: string;
  /** `user:1` or `team:1`. */
  owner: string;
  /** Days from now; empty for never. */
  days: string;
  surfaces: string[];
  models: string[];
  providers: string[];
  /** Of the kinds that the form does not show. */
  otherScopes: string[];
  requestsPerMinute: number | string;
  tokensPerMinute: number | string;
  concurrent: number | string;
  budget: number | string;
  budgetUnit: (typeof BUDGET_UNITS)[number];
  budgetPer: (typeof BUDGET_SPANS)[number];
}

export const newDraft = (owner: string): KeyDraft => ({
  name: "",
  owner,
  days: "",
  surfaces: [],
  models: [],
  providers: [],
  otherScopes: [],
  requestsPerMinute: "",
  tokensPerMinute: "",
  concurrent: "",
  budget: "",
  budgetUnit: "usd",
  budgetPer: "month",
});

export function draftOf(key: ClientKey): KeyDraft {
  const { budget, ...limits } = key.limits ?? {};
  const rests = (kind: string): string[] =>
    key.scopes.filter((scope) => scope.startsWith(kind)).map((scope) => scope.slice(kind.length));
  const isSurface = (scope: string): boolean => SURFACE_SCOPES.some((each) => each === scope);
  return {
    ...newDraft(`user:${key.userId}`),
    name: key.name,
    surfaces: key.scopes.filter(isSurface),
    models: rests("model:"),
    providers: rests("provider:"),
    otherScopes: key.scopes.filter((scope) => !isSurface(scope) && !/^(?:model|provider):/.test(scope)),
    requestsPerMinute: limits.requestsPerMinute ?? "",
    tokensPerMinute: limits.tokensPerMinute ?? "",
    concurrent: limits.concurrent ?? "",
    ...(budget === undefined
      ? {}
      : {
          budget: budget.unit === "usd" ? budget.limit / NANO : budget.limit,
          budgetUnit: budget.unit,
          budgetPer: budget.per,
        }),
  };
}

export const scopesOf = (draft: KeyDraft): string[] => [
  ...draft.surfaces,
  ...draft.models.map((model) => `model:${model}`),
  ...draft.providers.map((provider) => `provider:${provider}`),
  ...draft.otherScopes,
];

/** Null when nothing is limited. */
export function limitsOf(draft: KeyDraft): NonNullable<BodyOf<"updateKey">["limits"]> | null {
  const given = (["requestsPerMinute", "tokensPerMinute", "concurrent"] as const).filter((name) => draft[name] !== "");
  const limits = Object.fromEntries(given.map((name) => [name, Number(draft[name])]));
  const amount = Number(draft.budget);
  const limit = Math.round(draft.budgetUnit === "usd" ? amount * NANO : amount);
  const budget = draft.budget === "" ? {} : { budget: { unit: draft.budgetUnit, limit, per: draft.budgetPer } };
  return given.length === 0 && draft.budget === "" ? null : { ...limits, ...budget };
}
