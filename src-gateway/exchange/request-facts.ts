/** What routes may ask about a request; of the body only what one asks for is parsed. */
import { keyTeam } from "../auth/key-team.ts";
import type { Principal } from "../auth/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Clock } from "../lib/clock.ts";
import { editJson } from "../lib/json-edit.ts";
import { scanJson } from "../lib/json-scan.ts";
import { jsonValues, valueAt } from "../lib/json-values.ts";
import { asObject } from "../protocols/loose-json.ts";
import type { RequestBody } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import { PROVIDER_FIELD } from "../routing/chosen-provider.ts";
import { contentFactsOf, NO_CONTENT } from "../routing/content-facts.ts";
import { readField } from "../routing/read-field.ts";
import type { ContentFacts, RequestFacts } from "../routing/types.ts";
import { countedSurface } from "./count-tokens.ts";
import type { Inbound } from "./types.ts";

interface Asked {
  inbound: Pick<Inbound, "wire" | "target" | "headers">;
  world: { turnClock: Pick<Clock, "nowUs"> };
  keeper: { record: Pick<ExchangeRecord, "agent" | "project" | "session" | "bytesIn"> };
  principal: Pick<Principal, "apiKeyId" | "keyName" | "email" | "scopes" | "teamName">;
}

export function factsOf(asked: Asked & { body: RequestBody }): RequestFacts {
  const { body, inbound } = asked;
  let content: ContentFacts | null = null;
  return factsWith(asked, {
    bytes: body.bytes.length,
    content: () => (content ??= contentOf(inbound, body)),
    field: (path) => readMember(body, path),
  });
}

/** Of a request whose body is handed through unread: rules about it do not hold. */
export const factsWithoutBody = (asked: Asked): RequestFacts =>
  factsWith(asked, { bytes: asked.keeper.record.bytesIn, content: noContent, field: noField });

const noContent = (): ContentFacts => NO_CONTENT;
const noField = (): undefined => undefined;

function factsWith(
  { inbound, world, keeper: { record }, principal }: Asked,
  { bytes, content, field }: Pick<RequestFacts, "bytes" | "content" | "field">,
): RequestFacts {
  const { apiKeyId: id, keyName, email: user, teamName, scopes } = principal;
  return {
    surface: countedSurface(inbound.target.surface),
    wire: inbound.wire,
    agent: record.agent,
    key: id === null ? null : { id, name: keyName ?? "", user, team: teamName ?? keyTeam(scopes) },
    project: record.project,
    session: record.session,
    headers: inbound.headers,
    nowMs: world.turnClock.nowUs() / 1000,
    bytes,
    content,
    field,
  };
}

/** The body without what it says to the gateway itself. */
export function withoutChoice(body: RequestBody): RequestBody {
  if (!body.root.members.has(PROVIDER_FIELD)) return body;
  const bytes = editJson(body.bytes, body.root, { [PROVIDER_FIELD]: null });
  return { bytes, root: scanJson(bytes) };
}

/** Every request is asked for a field or two, and bodies are long: only the member that the path begins with is parsed. */
function readMember({ bytes, root }: RequestBody, path: string): unknown {
  const dot = path.indexOf(".");
  const name = dot < 0 ? path : path.slice(0, dot);
  const member = root.members.get(name);
  if (!member) return undefined;
  const value: unknown = valueAt(bytes, root, member);
  return name === path ? value : readField(value, path.slice(name.length + 1));
}

/** A body that cannot be understood is refused when it is sent; a rule about its content does not hold. */
function contentOf(inbound: Asked["inbound"], body: RequestBody): ContentFacts {
  try {
    const json = asObject(jsonValues(body.bytes, body.root)) ?? {};
    return contentFactsOf(WIRES[inbound.wire].decodeRequest(json, inbound.target));
  } catch {
    return NO_CONTENT;
  }
}
