/** Agents that no file can connect. What a person can do is said; what cannot be done is said, too. */
import type { Recipe } from "../types.ts";

export const cursor: Recipe = {
  id: "cursor",
  title: "Cursor",
  speaks: "OpenAI Chat Completions, through Cursor's own servers",
  support: "guided",
  commands: ["cursor", "cursor-agent"],
  traces: ({ home, join }) => [join(home, ".cursor")],
  needsModel: false,
  files: () => [],
  guide: () => [
    "Cursor's own servers send the requests, so an address of this computer cannot be reached: the gateway needs a public HTTPS address, by a tunnel or a server of yours.",
    "Whoever knows that address can try keys on it. Give Cursor a client key of its own, with a budget, and end both when you are done.",
    "In Cursor: Settings, Models, Override OpenAI Base URL: that public address with /v1, and the client key as the OpenAI key.",
    "Add the models by hand, under names that Cursor does not know: it keeps those that it knows for itself.",
    "Completions while you type never go this way.",
  ],
  afterwards: [],
  strongVariables: [],
};

export const amp: Recipe = {
  id: "amp",
  title: "Amp",
  speaks: "Amp's own protocol",
  support: "guided",
  commands: ["amp"],
  traces: ({ config, join }) => [join(config, "amp")],
  needsModel: false,
  files: () => [],
  guide: () => [
    "Amp talks to its own service in a protocol of its own, and keeps its threads there. The gateway does not speak it, so Amp cannot be connected.",
  ],
  afterwards: [],
  strongVariables: [],
};
