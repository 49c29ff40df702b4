import type { ConsolePage, TraySnapshot } from "../tray/types.ts";

export interface DesktopNotice {
  /** What it is about: of the same thing, one is shown in a while. */
  about: string;
  title: string;
  body: string;
  /** What a click opens. */
  page: ConsolePage;
}

/** What happened between two snapshots that a person should hear of. */
export function noticesBetween(before: TraySnapshot, after: TraySnapshot): DesktopNotice[] {
  return [
    ...failoverNotices(before, after),
    ...providerNotices(before, after),
    ...budgetNotices(before, after),
    ...updateNotices(before, after),
  ];
}

function failoverNotices({ failover: old }: TraySnapshot, { failover }: TraySnapshot): DesktopNotice[] {
  if (failover === null || (old?.from === failover.from && old.to === failover.to)) return [];
  const { from, to } = failover;
  return [
    {
      about: `failover:${from}:${to}`,
      title: `${to} has taken over`,
      body: `${from} failed; the request was answered by ${to}.`,
      page: "requests",
    },
  ];
}

function providerNotices(before: TraySnapshot, after: TraySnapshot): DesktopNotice[] {
  const wasUp = new Set(before.providers.filter(({ isDown }) => !isDown).map(({ id }) => id));
  return after.providers
    .filter(({ id, isDown }) => isDown && wasUp.has(id))
    .map(({ id }) => ({
      about: `down:${id}`,
      title: `${id} does not answer`,
      body: "It is left alone for a while, and asked again by itself.",
      page: "providers",
    }));
}

function budgetNotices({ budget: old }: TraySnapshot, { budget }: TraySnapshot): DesktopNotice[] {
  if (budget === null) return [];
  const { name, percent, isStopped } = budget;
  const isOther = old?.name !== name;
  if (isStopped && (isOther || !old.isStopped))
    return [
      {
        about: `stopped:${name}`,
        title: `The budget ${name} is used up`,
        body: "Requests are turned away until it is reset or raised.",
        page: "budgets",
      },
    ];
  const step = stepOf(percent);
  if (isStopped || step === 0 || (!isOther && stepOf(old.percent) >= step)) return [];
  return [
    {
      about: `budget:${name}:${step}`,
      title: `${step} % of the budget ${name} is used`,
      body: "The console shows what it was used for.",
      page: "budgets",
    },
  ];
}

/** The last threshold that was passed; 0 for none. */
const stepOf = (percent: number): number => [100, 90, 80].find((step) => percent >= step) ?? 0;

function updateNotices({ update: old }: TraySnapshot, { update }: TraySnapshot): DesktopNotice[] {
  if (update === null || (old?.version === update.version && old.isStaged === update.isStaged)) return [];
  const { version, isStaged } = update;
  return [
    {
      about: `update:${version}:${isStaged}`,
      title: isStaged ? `Version ${version} is ready` : `Version ${version} is available`,
      body: isStaged ? "It is installed when the app starts again." : "The tray's menu leads to it.",
      page: "updates",
    },
  ];
}
