const MAX_LENGTH = 8_000;

type Notes = string | readonly { version: string; note: string | null }[] | null | undefined;

/** What is new, as text: it comes from elsewhere, partly as HTML, and is shown beside buttons that change this computer. */
export function plainNotes(notes: Notes): string | null {
  const whole =
    typeof notes === "string"
      ? textOf(notes)
      : (notes ?? []).map(({ version, note }) => `${textOf(version)}\n${textOf(note ?? "")}`.trim()).join("\n\n");
  const text = whole.trim().slice(0, MAX_LENGTH);
  return text === "" ? null : text;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };

const textOf = (html: string): string =>
  html
    .replace(/<(script|style)\b[^]*?(<\/\1\s*>|$)/gi, "")
    .replace(/<li\b[^>]*>/gi, "\n- ")
    .replace(/<\/?(p|div|br|ul|ol|h[1-6]|pre|blockquote|tr)\b[^>]*>/gi, "\n")
    .replace(/<\/?[a-z][^>]*>|<!--[^]*?-->/gi, "")
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_whole, name: string) => ENTITIES[name] ?? "")
    .replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, "")
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
