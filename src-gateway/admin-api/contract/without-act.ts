/** Endpoints that are no GET and yet leave no act, with the reason. */
export const WITHOUT_ACT: Readonly<Record<string, string>> = {
  explainRoute: "asks where a request would go, and sends none",
  planAgent: "shows what would be written",
  runChecks: "looks at the gateway",
  startOidc: "only begins; the session that comes of it is an act",
  raceProviders: "reaches addresses and changes nothing",
  testProvider: "reaches a provider that is not saved and changes nothing",
  probeProvider: "reaches a provider and changes nothing",
};
