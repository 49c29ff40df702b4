import { bodyOf, pathOf, type RequestKind } from "../requests.ts";
import { type Place, PROVIDER_SECRET, type System } from "../systems.ts";

const ANSWER_LIMIT_MS = 20_000;

/**
 * Asks once, for whole answers over Chat: a system whose answers are not the provider's is not worth measuring.
 * @throws Error that shows what came instead.
 */
export async function checkAnswer(system: System, place: Place, kind: RequestKind): Promise<void> {
  const model = `${system.modelPrefix ?? ""}${kind.model ?? "mock"}`;
  const expected = await ask(place.providerPort, kind, { authorization: `Bearer ${PROVIDER_SECRET}` });
  const got = await ask(system.port, { ...kind, model }, system.headers(kind));
  const choices = choicesOf(got.text);
  if (got.status !== 200 || choices === null || choices !== choicesOf(expected.text))
    throw new Error(`${system.name} answered ${got.status}: ${got.text.slice(0, 500)}`);
}

async function ask(
  port: number,
  kind: RequestKind,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${pathOf(kind)}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: new Uint8Array(bodyOf(kind)),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  });
  return { status: response.status, text: await response.text() };
}

/** Null without any. */
function choicesOf(text: string): string | null {
  try {
    return JSON.stringify((JSON.parse(text) as { choices?: unknown }).choices) ?? null;
  } catch {
    return null;
  }
}
