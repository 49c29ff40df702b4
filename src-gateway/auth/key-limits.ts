/** What a key may use, and from where: checked when it is said, and kept as JSON beside the key. */
import { BlockList, isIP } from "node:net";
import { GatewayError } from "../ir/errors.ts";
import { BUDGET_UNITS } from "../settings/budget-types.ts";
import type { KeyBudget, KeyLimits } from "./types.ts";

const MAX_COUNT = 1_000_000_000_000_000;
const PERIODS: readonly KeyBudget["per"][] = ["day", "week", "month", "total"];
const RATES = ["requestsPerMinute", "tokensPerMinute", "concurrent"] as const;

/** Null where nothing is limited. @throws GatewayError invalid_request */
export function checkLimits(limits: KeyLimits | null): KeyLimits | null {
  if (limits === null) return null;
  const { budget } = limits;
  const checked: KeyLimits = {};
  for (const name of RATES) {
    const value = limits[name];
    if (value !== undefined) checked[name] = wholeNumber(value, name);
  }
  if (budget !== undefined) {
    const { unit, per } = budget;
    if (!BUDGET_UNITS.includes(unit)) throw refusal(`A unit is one of ${BUDGET_UNITS.join(", ")}.`);
    if (!PERIODS.includes(per)) throw refusal(`A budget is for a ${PERIODS.join(", ")}.`);
    checked.budget = { unit, per, limit: wholeNumber(budget.limit, "budget") };
  }
  return Object.keys(checked).length === 0 ? null : checked;
}

function wholeNumber(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= MAX_COUNT) return value;
  throw refusal(`"${name}" is a whole number from 0 on.`);
}

const refusal = (text: string): GatewayError => new GatewayError("invalid_request", text, { param: "limits" });

/** A row that somebody edited by hand limits nothing it does not say. */
export function readLimits(text: string | null): KeyLimits | null {
  if (text === null) return null;
  try {
    return checkLimits(JSON.parse(text) as KeyLimits | null);
  } catch {
    return null;
  }
}

const MAX_ADDRESSES = 100;

/** Null for any. @throws GatewayError invalid_request */
export function checkAddresses(addresses: readonly string[] | null): string[] | null {
  const kept = [...new Set((addresses ?? []).map((each) => each.trim()).filter((each) => each !== ""))];
  if (kept.length === 0) return null;
  if (kept.length > MAX_ADDRESSES) throw badAddress(`A key has ${MAX_ADDRESSES} addresses at most.`);
  blockListOf(kept);
  return kept;
}

const badAddress = (text: string): GatewayError => new GatewayError("invalid_request", text, { param: "addresses" });

/** @throws GatewayError invalid_request */
function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = "", bits, ...more] = text.split("/");
    const version = isIP(address);
    const max = version === 4 ? 32 : 128;
    const isGood = version !== 0 && more.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits));
    if (!isGood || Number(bits ?? 0) > max)
      throw badAddress(`"${text.slice(0, 60)}" is no address or network, such as 10.0.0.7 or 10.0.0.0/8.`);
    const family = version === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Null for any. What cannot be read lets nobody in. */
export function readAddresses(text: string | null): BlockList | null {
  if (text === null) return null;
  try {
    return blockListOf(readAddressList(text) ?? []);
  } catch {
    return new BlockList();
  }
}

export function readAddressList(text: string | null): string[] | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function isAt(list: BlockList, address: string | null): boolean {
  if (address === null) return false;
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6");
}
