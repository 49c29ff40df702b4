import { placesOf } from "../../../src-gateway/agents/paths.ts";
import { chooseFiles } from "../../../src-gateway/agents/prepare.ts";
import { RECIPES } from "../../../src-gateway/agents/recipes/recipes.ts";
import type { DesiredFile, Recipe, Target } from "../../../src-gateway/agents/types.ts";
import type { PlayedComputer } from "./played-computer.ts";

export const TOKEN = "tok_planted_secret_0123456789abcdef";

export const TARGET: Omit<Target, "token"> = {
  baseUrl: "http://127.0.0.1:8081",
  model: "house-model",
  models: [
    { id: "house-model", contextTokens: 128_000, outputTokens: 16_000 },
    { id: "other/model-2", contextTokens: null, outputTokens: null },
  ],
};

export const WRITTEN: Recipe[] = RECIPES.filter(({ support }) => support === "written");

/** The files that a connection of this agent writes on this computer. */
export async function filesOf({ world, dataDir }: PlayedComputer, recipe: Recipe): Promise<DesiredFile[]> {
  const places = placesOf(world, dataDir);
  return recipe.files({ ...TARGET, token: TOKEN }, places, await chooseFiles(world, recipe, places));
}
