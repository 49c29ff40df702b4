/** Longer texts are no model names; a price list's regular expressions are not tried on them. */
const MAX_NAME = 300;

/**
 * The names under which a price list may have a model, the most exact first. Clouds and aggregators wrap names: an ARN or
 * a resource path around it, `@20250929` or a compact date behind it, a region or a vendor in front.
 */
export function modelNames(model: string): string[] {
  if (model.length > MAX_NAME) return [];
  const found = new Set<string>();
  const add = (name: string): void => {
    if (name !== "") found.add(name);
    // `claude-sonnet-4@20250514`: Vertex sets dates apart like this; `@default` and `@latest` are no part of a name.
    const plain = name.replace(/@(?:default|latest)$/, "").replace(/@(?=[\w.-]+$)/, "-");
    if (plain !== name && plain !== "") found.add(plain);
    const dashed = withDashes(plain);
    if (dashed !== plain) found.add(dashed);
  };
  const bare = unwrapped(model.trim());
  add(model.trim());
  add(bare);
  // Other variants (`:nitro`, `:floor`, `:online`) choose who runs a request, and at another price.
  add(bare.replace(/[-:]latest$/, ""));
  return [...found];
}

/** `models/x`, `publishers/google/models/x`, `projects/…/models/x`, `arn:…:inference-profile/x` → `x`. */
function unwrapped(name: string): string {
  if (/^arn:aws[\w-]*:bedrock:/.test(name)) return name.slice(name.indexOf("/") + 1);
  return name.replace(/^(?:.*\/)?(?:models|publishers\/[^/]+\/models)\//, (path) =>
    // Fireworks' names are such paths.
    path.startsWith("accounts/") ? path : "",
  );
}

/** `-20250514` → `-2025-05-14`; as the lists of OpenAI write it. */
const withDashes = (name: string): string =>
  name.replace(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/, "-$1-$2-$3");
