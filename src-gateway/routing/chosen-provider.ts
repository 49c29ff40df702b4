/** A provider that the caller names beside the model: it and no other is asked. */
import { GatewayError } from "../ir/errors.ts";
import { leavesOf } from "../settings/route-types.ts";
import { headerValues, whyNot } from "./conditions.ts";
import type { Match } from "./match.ts";
import type { PlanContext } from "./plan-context.ts";
import { routeTableOf } from "./route-table.ts";
import { LOOPBACK, type RequestFacts } from "./types.ts";

const PROVIDER_HEADER = "x-provider";
/** Taken out before the request is sent on. */
export const PROVIDER_FIELD = "tokligence_provider";

/** Null when the caller leaves the choice to the gateway. @throws GatewayError forbidden, invalid_request */
export function chosenProvider(model: string, context: PlanContext): Match | null {
  const { input } = context;
  const [name, by] = askedFor(input.request);
  if (name === "") return null;
  const { facts } = context;
  if (name !== LOOPBACK && !input.instances.has(name)) {
    throw new GatewayError("invalid_request", `${by} names "${name.slice(0, 80)}", which is no provider here.`, {
      param: by === "X-Provider" ? PROVIDER_HEADER : PROVIDER_FIELD,
    });
  }
  requireRight(name, context);
  // What an exact route says this provider calls the model; else the name itself.
  const own = routeTableOf(input.config.routes)
    .exact(model)
    .filter(({ when }) => !when || whyNot(when, facts) === null)
    .flatMap(({ targets }) => leavesOf(targets))
    .find((leaf) => leaf.provider === name && leaf.model !== undefined)?.model;
  const bare =
    model.startsWith(`${name}/`) && !input.providersOf(model).includes(name) ? model.slice(name.length + 1) : model;
  const target = context.resolve(name, own ?? bare);
  const matched = `the caller's choice of "${name}" by ${by}`;
  return {
    matched,
    targets: target
      ? [{ ...target, reason: `asked for by ${by}${facts.key ? ` with the key "${facts.key.name}"` : ""}` }]
      : [],
    variant: null,
  };
}

/** Whether the caller may have named one; asked of each request before a plan that others had is taken for it. */
export const namesProvider = (request: RequestFacts | undefined): boolean =>
  request !== undefined && (request.headers[PROVIDER_HEADER] !== undefined || request.field(PROVIDER_FIELD) != null);

function askedFor(facts: RequestFacts | undefined): [name: string, by: string] {
  if (facts === undefined) return ["", ""];
  const header = headerValues(facts, PROVIDER_HEADER)
    .map((value) => value.trim())
    .find((value) => value !== "");
  if (header !== undefined) return [header, "X-Provider"];
  const field = facts.field(PROVIDER_FIELD);
  if (field === undefined || field === null) return ["", ""];
  if (typeof field === "string") return [field.trim(), PROVIDER_FIELD];
  throw new GatewayError("invalid_request", `"${PROVIDER_FIELD}" must be a text: the name of a provider.`, {
    param: PROVIDER_FIELD,
  });
}

/** @throws GatewayError forbidden */
export function requireRight(provider: string, { input }: PlanContext): void {
  if (input.mayChoose?.(provider) === false) throw mayNotChoose(provider);
}

export const mayNotChoose = (provider: string): GatewayError =>
  new GatewayError(
    "forbidden",
    `This key may not choose the provider "${provider}". Leave the choice to the gateway, or ask for a key that may.`,
  );
