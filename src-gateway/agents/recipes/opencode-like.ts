/** OpenCode and those that grew out of it read the same form of settings. Pure. */
import type { DesiredEdit, Target } from "../types.ts";
import { below, listModels, modelOf, PROVIDER, TITLE } from "./offered.ts";

export function openCodeEdits(target: Target): DesiredEdit[] {
  const provider = ["provider", PROVIDER];
  const models = listModels(target).map(({ id, context, output }) => [id, { name: id, limit: { context, output } }]);
  return [
    ...below(provider, { npm: "@ai-sdk/openai-compatible", name: TITLE }),
    { path: [...provider, "options", "baseURL"], value: `${target.baseUrl}/v1` },
    { path: [...provider, "options", "apiKey"], value: target.token, isSecret: true },
    { path: [...provider, "models"], value: Object.fromEntries(models) },
    { path: ["model"], value: `${PROVIDER}/${modelOf(target)}` },
  ];
}
