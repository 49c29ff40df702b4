import type { Recipe, Target } from "../agents/types.ts";
import type { Context } from "./context.ts";

const PLACEHOLDER = "YOUR_CLIENT_KEY";

/** What a person puts in by hand: steps, variables for a shell, or the lines of the agent's files. */
export async function printByHand(context: Context, recipe: Recipe, target: Omit<Target, "token">): Promise<void> {
  const { printer, world, readSettings } = context;
  const token = world.env["TOKLIGENCE_CLIENT_KEY"] ?? PLACEHOLDER;
  const full: Target = { ...target, token };
  const [{ editText }, { placesOf }, { thisComputer }, { chooseFiles }, settings] = await Promise.all([
    import("../agents/edit-text.ts"),
    import("../agents/paths.ts"),
    import("../agents/computer.ts"),
    import("../agents/prepare.ts"),
    readSettings(),
  ]);
  const computer = thisComputer({ env: world.env, cwd: world.cwd, home: world.homeDir });
  const places = placesOf(computer, settings.dataDir);
  const files = recipe
    .files(full, places, await chooseFiles(computer, recipe, places))
    .map(({ path, format, edits }) => ({
      path,
      text: editText(
        "",
        format,
        edits.filter(({ value, valueFrom }) => value !== undefined || valueFrom !== undefined),
      ).text,
    }));
  const variables = recipe.variables?.(full) ?? {};
  const guide = recipe.guide?.() ?? [];
  if (await printer.data({ id: recipe.id, files, variables, guide, afterwards: recipe.afterwards })) return;
  for (const step of guide) printer.line(`- ${step}`);
  for (const { path, text } of files) printer.line(`# ${path}\n${text}`);
  if (Object.keys(variables).length > 0) {
    printer.line(files.length === 0 ? "# in a shell" : "# or, in a shell");
    for (const [name, value] of Object.entries(variables)) printer.line(`export ${name}=${quote(value)}`);
  }
  for (const step of recipe.afterwards) printer.line(`- ${step}`);
  if (token === PLACEHOLDER && recipe.support !== "guided") {
    printer.note(
      `\`gateway admin api-keys create --name ${recipe.id} --scopes agent:${recipe.id},admin:none\` makes its key.`,
    );
  }
}

const quote = (text: string): string => (/^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
