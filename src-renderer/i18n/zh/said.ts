import said from "./said.json" with { type: "json" };
import abouts from "./setting-abouts.json" with { type: "json" };

/** The gateway's own words, by what it says in English, and what each of its settings is for. */
export const gatewayWords = { said, abouts };
