import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import type { Tone } from "../../components/health-dot.tsx";

export const TONE_OF_AGENT: Readonly<Record<AgentView["state"], Tone>> = {
  verified: "good",
  connected: "busy",
  available: "idle",
  "by-hand": "idle",
  managed: "warn",
  conflicting: "warn",
  moved: "warn",
  drifted: "bad",
  "not-installed": "idle",
};

/** Those that somebody has to do something about first, those that are not there last. */
const ORDER: readonly AgentView["state"][] = [
  "drifted",
  "moved",
  "conflicting",
  "verified",
  "connected",
  "available",
  "by-hand",
  "managed",
  "not-installed",
];

export const inOrder = (agents: readonly AgentView[]): AgentView[] =>
  agents.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.title.localeCompare(b.title));
