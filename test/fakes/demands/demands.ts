/**
 * What the vendors refuse, as far as translation could get it wrong. The scripted provider takes almost anything, so the
 * requests of real agents are held to these lists; each entry of an answer is one thing that a vendor would send back.
 */
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { asObject } from "../../../src-gateway/protocols/loose-json.ts";
import { anthropicDemands } from "./anthropic.ts";
import type { Demands } from "./demand.ts";
import { geminiDemands } from "./gemini.ts";
import { chatDemands } from "./openai-chat.ts";
import { responsesDemands } from "./openai-responses.ts";

const DEMANDS: Readonly<Record<WireProtocol, Demands>> = {
  "openai-chat": chatDemands,
  "openai-responses": responsesDemands,
  "anthropic-messages": anthropicDemands,
  "gemini-content": geminiDemands,
};

export function refusals(wire: WireProtocol, json: unknown): string[] {
  const said: string[] = [];
  DEMANDS[wire](asObject(json) ?? {}, (what) => said.push(what));
  return said;
}
