import { agentHandlers } from "./agents.ts";
import { auditHandlers } from "./audit.ts";
import { budgetHandlers } from "./budgets.ts";
import { configurationHandlers } from "./configuration.ts";
import { exchangeHandlers } from "./exchanges.ts";
import { foundKeyHandlers } from "./found-keys.ts";
import { gatewayHandlers } from "./gateway.ts";
import { healthHandlers } from "./health.ts";
import { hookHandlers } from "./hooks.ts";
import { keyHandlers } from "./keys.ts";
import { ledgerHandlers } from "./ledger.ts";
import { ledgerJobHandlers } from "./ledger-jobs.ts";
import { loggedBodyHandlers } from "./logged-bodies.ts";
import { noticeHandlers } from "./notices.ts";
import { operationsHandlers } from "./operations.ts";
import { pauseHandlers } from "./pause.ts";
import { priceHandlers } from "./prices.ts";
import { projectHandlers } from "./projects.ts";
import { providerSetupHandlers } from "./provider-setup.ts";
import { runawayHandlers } from "./runaways.ts";
import { sessionHandlers } from "./sessions.ts";
import { signInHandlers } from "./sign-in.ts";
import { supportHandlers } from "./support.ts";
import { switchHandlers } from "./switches.ts";
import { teamHandlers } from "./teams.ts";
import { transferHandlers } from "./transfer.ts";
import type { Handlers } from "./types.ts";
import { userHandlers } from "./users.ts";

/** Who answers which endpoint. */
export const HANDLERS: Handlers = {
  ...userHandlers,
  ...keyHandlers,
  ...teamHandlers,
  ...projectHandlers,
  ...auditHandlers,
  ...exchangeHandlers,
  ...loggedBodyHandlers,
  ...gatewayHandlers,
  ...configurationHandlers,
  ...switchHandlers,
  ...pauseHandlers,
  ...operationsHandlers,
  ...providerSetupHandlers,
  ...healthHandlers,
  ...runawayHandlers,
  ...agentHandlers,
  ...noticeHandlers,
  ...budgetHandlers,
  ...hookHandlers,
  ...ledgerHandlers,
  ...ledgerJobHandlers,
  ...priceHandlers,
  ...signInHandlers,
  ...sessionHandlers,
  ...transferHandlers,
  ...supportHandlers,
  ...foundKeyHandlers,
};
