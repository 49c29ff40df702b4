/** What routes may ask about a request; the body is parsed only when one does. */
import type { Principal } from "../auth/types.ts";
import { asObject } from "../protocols/loose-json.ts";
import type { RequestBody } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import { contentFactsOf, NO_CONTENT } from "../routing/content-facts.ts";
import { readField } from "../routing/read-field.ts";
import type { ContentFacts, RequestFacts } from "../routing/types.ts";
import { countedSurface } from "./count-tokens.ts";
import type { RecordKeeper } from "./record.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

export function factsOf(input: {
  inbound: Inbound;
  world: Pick<ExchangeWorld, "clock">;
  keeper: RecordKeeper;
  body: RequestBody;
  principal: Principal;
}): RequestFacts {
  const { inbound, keeper, body, principal } = input;
  const { record } = keeper;
  let json: Record<string, unknown> | null = null;
  let content: ContentFacts | null = null;
  const parse = (): Record<string, unknown> => {
    json ??= asObject(JSON.parse(body.bytes.toString("utf8"))) ?? {};
    return json;
  };
  const key = principal.apiKeyId === null ? null : { id: principal.apiKeyId, name: principal.keyName ?? "" };
  return {
    surface: countedSurface(inbound.target.surface),
    wire: inbound.wire,
    agent: record.agent,
    key: key === null ? null : { ...key, user: principal.email, team: null },
    project: record.project,
    session: record.session,
    headers: inbound.headers,
    nowMs: input.world.clock.nowUs() / 1000,
    bytes: body.bytes.length,
    content() {
      content ??= contentOf(inbound, parse());
      return content;
    },
    field: (path) => readField(parse(), path),
  };
}

/** A body that cannot be understood is refused when it is sent; a rule about its content does not hold. */
function contentOf(inbound: Inbound, json: Record<string, unknown>): ContentFacts {
  try {
    return contentFactsOf(WIRES[inbound.wire].decodeRequest(json, inbound.target));
  } catch {
    return NO_CONTENT;
  }
}
