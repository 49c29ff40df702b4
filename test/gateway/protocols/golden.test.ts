import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import {
  PROVIDER_WIRES,
  type ProviderWire,
  WIRE_PROTOCOLS,
  type WireProtocol,
} from "../../../src-gateway/ir/protocol.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import { decodeStream } from "../../support/codec-streams.ts";
import { fixtures, fixtureTitle, readFixture, readJsonFixture } from "../../support/fixtures.ts";
import { expectGolden, goldenJson, staleGolden } from "../../support/golden.ts";
import { grammarFault } from "../../support/stream-grammar.ts";
import { adaptTarget, translateAnswer, translateRequest, translateStream } from "../../support/translate.ts";

/** Plain talk, agents with tools and results, thoughts, media, structured output, parameters, and oddities of the wire. */
const REQUESTS: Readonly<Record<WireProtocol, readonly string[]>> = {
  "openai-chat": [
    "plain",
    "agent",
    "inline-media",
    "sampling",
    "structured",
    "custom-tools",
    "odd-calls",
    "anthropic-blocks",
    "media",
  ],
  "openai-responses": [
    "string-input",
    "inline-media",
    "native-history",
    "structured-output",
    "custom-tools",
    "allowed-tools",
    "responses-lite",
    "native-items",
  ],
  "anthropic-messages": [
    "plain-strings",
    "agent-loop",
    "inline-media",
    "adaptive-effort",
    "structured-output",
    "all-tools",
    "result-contents",
    "system-turns",
  ],
  "gemini-content": [
    "contents-text",
    "cli-turns",
    "inline-media",
    "structured",
    "choice-validated",
    "result-media",
    "snake-case",
    "native-parts",
  ],
};

const pairs = <A extends string, B extends string>(from: readonly A[], to: readonly B[]): [A, B][] =>
  from.flatMap((a) => to.filter((b) => (b as string) !== a).map((b): [A, B] => [a, b]));

function requestText(client: WireProtocol, name: string, provider: ProviderWire): string {
  try {
    const json = readJsonFixture(client, `${name}.request.json`);
    const { body, adapted } = translateRequest(json, client, adaptTarget(provider));
    return goldenJson({ body, losses: adapted.losses.map((loss) => `${loss.verdict}: ${loss.note}`) });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return goldenJson({ refused: { code: error.code, param: error.param, message: error.message } });
  }
}

describe.each(pairs(WIRE_PROTOCOLS, PROVIDER_WIRES))("a request of %s for %s", (client, provider) => {
  const folder = `${client}-to-${provider}/requests`;

  it.each(REQUESTS[client])("is what was read and found right: %s", (name) => {
    expectGolden(`${folder}/${name}.json`, requestText(client, name, provider));
  });

  it("is the only one there", () => {
    expect(
      staleGolden(
        folder,
        REQUESTS[client].map((name) => `${name}.json`),
      ),
    ).toEqual([]);
  });
});

describe.each(pairs(PROVIDER_WIRES, WIRE_PROTOCOLS))("an answer of %s for a client of %s", (provider, client) => {
  const folder = `${provider}-to-${client}/answers`;
  const { codec } = PROVIDER_SPEECH[provider];
  const wholeName = (name: string): string => `${fixtureTitle(name)}.json`;
  const streamName = (name: string): string => `${name.replace(/\.[a-z]+$/, "")}.sse`;

  it.each(fixtures(provider, "answer"))("is what was read and found right: %s", (name) => {
    const answer = codec.decodeAnswer(readJsonFixture(provider, name));
    expectGolden(`${folder}/${wholeName(name)}`, goldenJson(translateAnswer(answer, provider, client)));
  });

  it.each(fixtures(provider, "stream"))("is what was read and found right: %s", (name) => {
    const bytes = translateStream(decodeStream(provider, readFixture(provider, name)), provider, client);
    expect(grammarFault(decodeStream(client, bytes))).toBeNull();
    expectGolden(`${folder}/${streamName(name)}`, bytes.toString());
  });

  it("is the only one there", () => {
    const wanted = [...fixtures(provider, "answer").map(wholeName), ...fixtures(provider, "stream").map(streamName)];
    expect(staleGolden(folder, wanted)).toEqual([]);
  });
});
