/**
 * How far a count leans upward, by the family of the model that will read the request.
 *
 * Texts are counted with o200k_base, the tokenizer of OpenAI's models. Others cut the same text into more pieces, and
 * too low a count is the one that hurts: the client fills its context past the end.
 */

/** Nearly exact: what is left is framing that nobody publishes. */
const OPENAI_BIAS = 1.05;
/**
 * Claude's tokens are not published. Comparisons of the same text find 16 % more of them than o200k for English, 21 %
 * for mathematics and 30 % for Python, and gateways that added 15 % ran over the context; the tokenizer that came with
 * Opus 4.7 makes up to 35 % more again. Half on top covers the old one everywhere, and the new one on usual text.
 */
const CLAUDE_BIAS = 1.5;
/** Smaller vocabularies than o200k's 200,000, as most open models have, cost 10 to 20 % on code and prose. */
const OTHER_BIAS = 1.25;

/**
 * At least 1, so that a count never ends below what the tokenizer found.
 * @param model with or without a provider's prefix
 */
export function biasFor(model: string): number {
  if (/claude|anthropic/i.test(model)) return CLAUDE_BIAS;
  if (/(?:^|[/:.])(?:gpt|chatgpt|codex|o[1-9])(?:-|$)/i.test(model)) return OPENAI_BIAS;
  return OTHER_BIAS;
}
