/**
 * A model's name without what differs between who is asked and who answers: the date of its version, `latest`, a vendor in
 * front, and the words of a console (`Claude Haiku 4.5` is `claude-haiku-4-5`).
 */
export function modelKey(name: string): string {
  const words = name
    .trim()
    .toLowerCase()
    .replace(/\s*\(.*\)$/, "")
    .replace(/[\s_]+/g, "-");
  const plain = words.replace(/^(?:models|anthropic|openai)[/.]/, "");
  const undated = plain.replace(/[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)(?:-v\d+(?::\d+)?)?$/, "");
  return undated.startsWith("claude") ? undated.replaceAll(".", "-") : undated;
}
