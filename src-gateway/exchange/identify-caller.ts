/** Who asks, for which team, and whether their key is for that. */
import { chooseTeam, TEAM_HEADER } from "../auth/choose-team.ts";
import { requireSurface } from "../auth/scopes.ts";
import type { Principal } from "../auth/types.ts";
import type { GatewayError } from "../ir/errors.ts";
import type { RecordKeeper } from "./record.ts";
import type { Spending } from "./spending.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

interface Told {
  keeper: RecordKeeper;
  spending: Pick<Spending<never>, "identify">;
  /** Why nothing can be recorded, and so nothing done. */
  noRoom: GatewayError | null;
}

/** @throws GatewayError missing_api_key, invalid_api_key, user_suspended, forbidden; `noRoom`. */
export function identifyCaller(
  inbound: Pick<Inbound, "token" | "address" | "headers" | "target">,
  world: Pick<ExchangeWorld, "authenticate">,
  { keeper, spending, noRoom }: Told,
): Principal {
  const known = world.authenticate(inbound.token, inbound.address ?? null);
  if (noRoom !== null) throw noRoom;
  // Whoever is refused from here on stands in the record.
  keeper.identify(known);
  keeper.record.project ??= known.project ?? null;
  const principal = chooseTeam(known, inbound.headers[TEAM_HEADER]);
  spending.identify(principal);
  requireSurface(principal.scopes, inbound.target.surface);
  return principal;
}
