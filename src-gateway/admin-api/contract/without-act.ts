/** Endpoints that are no GET and yet leave no act, with the reason. */
export const WITHOUT_ACT: Readonly<Record<string, string>> = {
  explainRoute: "asks where a request would go, and sends none",
  probeProvider: "reaches a provider and changes nothing",
};
