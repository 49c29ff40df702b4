import type { en } from "../en/index.ts";
import agents from "./agents.json" with { type: "json" };
import audit from "./audit.json" with { type: "json" };
import budgets from "./budgets.json" with { type: "json" };
import common from "./common.json" with { type: "json" };
import configHistory from "./config-history.json" with { type: "json" };
import details from "./details.json" with { type: "json" };
import frame from "./frame.json" with { type: "json" };
import hooks from "./hooks.json" with { type: "json" };
import keys from "./keys.json" with { type: "json" };
import kit from "./kit.json" with { type: "json" };
import ledger from "./ledger.json" with { type: "json" };
import operations from "./operations.json" with { type: "json" };
import overview from "./overview.json" with { type: "json" };
import palette from "./palette.json" with { type: "json" };
import people from "./people.json" with { type: "json" };
import playground from "./playground.json" with { type: "json" };
import popover from "./popover.json" with { type: "json" };
import providers from "./providers.json" with { type: "json" };
import requests from "./requests.json" with { type: "json" };
import routing from "./routing.json" with { type: "json" };
import settings from "./settings.json" with { type: "json" };
import signIn from "./sign-in.json" with { type: "json" };
import steer from "./steer.json" with { type: "json" };
import usage from "./usage.json" with { type: "json" };
import welcome from "./welcome.json" with { type: "json" };

export const zh: Record<keyof typeof en, object> = {
  audit,
  common,
  details,
  frame,
  keys,
  kit,
  ledger,
  overview,
  palette,
  people,
  budgets,
  agents,
  operations,
  hooks,
  playground,
  popover,
  providers,
  requests,
  settings,
  "sign-in": signIn,
  steer,
  routing,
  "config-history": configHistory,
  usage,
  welcome,
};
