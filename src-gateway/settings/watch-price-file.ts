import { type PriceFileContent, readPriceFile } from "./read-price-file.ts";
import { SettingsError } from "./types.ts";
import { type Look, lookAt, stateOf, watchFile } from "./watch-file.ts";

export interface PriceFileWatch {
  /** Reads the file now, and goes on to watch it. */
  start(): Promise<void>;
  stop(): void;
}

/** `onContent` is told each new content, and may refuse it by a SettingsError; it then was a problem. */
export function watchPriceFile(
  path: string,
  told: {
    onContent: (content: PriceFileContent) => void;
    onProblem: (error: SettingsError) => void;
    onFailure: (error: unknown) => void;
  },
): PriceFileWatch {
  let decided: string | null = null;
  const decide = (look: Look): void => {
    if (stateOf(look) === decided) return;
    decided = stateOf(look);
    try {
      if (look.error) throw look.error;
      told.onContent(readPriceFile(path, look.text));
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      told.onProblem(error);
    }
  };
  const watch = watchFile(path, { onSettled: decide, onFailure: told.onFailure });
  return {
    async start() {
      decide(await lookAt(path));
      watch.start();
    },
    stop: () => watch.stop(),
  };
}
