/** Prices in a running gateway: configuration, price file and updates come together at one desk. */
import { basename } from "node:path";
import type { Logger } from "../lib/logger.ts";
import { loadBundledPrices } from "../prices/bundled-prices.ts";
import { PriceDataError } from "../prices/price-data-error.ts";
import { createPriceDesk, type PriceDesk } from "../prices/price-desk.ts";
import { type PricedProvider, pricedProvider } from "../prices/price-providers.ts";
import { type PriceUpdates, startPriceUpdates } from "../prices/price-updates.ts";
import type { PriceBook } from "../prices/types.ts";
import type { CatalogueRow } from "../providers/types.ts";
import { LOOPBACK } from "../routing/types.ts";
import { type Settings, SettingsError } from "../settings/types.ts";
import { watchPriceFile } from "../settings/watch-price-file.ts";
import type { LiveState } from "./live-config.ts";

export interface Prices {
  /** What is loaded now; before `ready`, only what the configuration says. */
  book(): PriceBook;
  /** With the price file and the data of the program, which are loaded when this is first asked for. */
  ready(): Promise<PriceBook>;
  /** As `ready`, once somebody asks for that. */
  whenAsked(): Promise<PriceBook>;
  setConfig(state: LiveState): void;
  /**
   * Reads the price file, and begins to ask for newer data where the operator wants that. Without either, nothing is loaded
   * until somebody asks: it is half a megabyte of program text, for which an idle gateway has no use.
   */
  start(): void;
  stop(): void;
  /** Why the price file or the newest data are not in use. */
  problem(): string | null;
}

/** What answers without any provider asks for no money either. */
const BUILT_IN: PricedProvider = { id: LOOPBACK, kind: LOOPBACK, urls: [], billing: "free" };

const providersOf = (
  instances: LiveState["instances"],
  catalogue: ReadonlyMap<string, CatalogueRow>,
): PricedProvider[] => [
  BUILT_IN,
  ...[...instances.values()].map((instance) => pricedProvider(instance, catalogue.get(instance.kind))),
];

const FETCH_TIMEOUT_MS = 30_000;
const MAX_FETCHED = 32 * 1024 * 1024;

/** @throws SettingsError that names the file. */
function takeFile(desk: PriceDesk, path: string, content: Parameters<PriceDesk["setFile"]>[0]): void {
  try {
    desk.setFile(content);
  } catch (error) {
    if (!(error instanceof PriceDataError)) throw error;
    throw new SettingsError([{ where: path, key: "file", problem: error.message, hint: "" }]);
  }
}

export function createPrices(
  settings: Pick<Settings, "prices" | "configFile">,
  catalogue: ReadonlyMap<string, CatalogueRow>,
  log: Logger,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Prices {
  const desk = createPriceDesk(loadBundledPrices);
  const problems = new Map<"file" | "update", string>();
  const refuse = (what: "file" | "update", problem: string): void => {
    problems.set(what, problem);
    log.warn({ problem }, "prices were not taken; the last good ones go on");
  };
  const { file, updateUrl } = settings.prices;
  const watch = file === null ? null : watchFileFor(file);
  let opening: Promise<void> | null = null;
  let updates: PriceUpdates | null = null;

  function watchFileFor(path: string): ReturnType<typeof watchPriceFile> {
    return watchPriceFile(path, {
      onContent(content) {
        takeFile(desk, path, content);
        problems.delete("file");
        log.info({ prices: desk.book().version }, "prices read");
      },
      onProblem: (error) => refuse("file", error.message),
      onFailure: (err) => log.error({ err }, "the price file could not be looked at"),
    });
  }
  const asked = Promise.withResolvers<void>();
  const ready = async (): Promise<PriceBook> => {
    asked.resolve();
    await (opening ??= watch?.start() ?? Promise.resolve());
    return desk.ready();
  };
  return {
    book: () => desk.book(),
    ready,
    whenAsked: () => asked.promise.then(ready),
    setConfig({ config, instances }) {
      desk.setConfig({
        fileName: basename(settings.configFile ?? "gateway.yaml"),
        overrides: config.prices ?? [],
        providers: providersOf(instances, catalogue),
      });
    },
    start() {
      if (watch === null && updateUrl === null) return;
      ready().catch((err: unknown) => log.error({ err }, "the prices of the program could not be loaded"));
      if (updateUrl === null) return;
      updates = startPriceUpdates({
        url: updateUrl,
        fetchText: textOver(fetch),
        after,
        onData(data) {
          desk.setUpdate(data);
          problems.delete("update");
          log.info({ prices: desk.book().version }, "newer prices taken");
        },
        onProblem: (problem) => refuse("update", `${updateUrl}: ${problem}`),
      });
    },
    stop: () => [watch, updates].forEach((each) => each?.stop()),
    problem: () => [...problems.values()][0] ?? null,
  };
}

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};

/** Once a day, and from nobody who is a provider. */
const textOver =
  (fetch: typeof globalThis.fetch) =>
  async (url: string): Promise<string> => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!answer.ok) throw new PriceDataError(`answered with status ${answer.status}`);
    const text = await answer.text();
    if (text.length > MAX_FETCHED) throw new PriceDataError(`is longer than ${MAX_FETCHED} bytes`);
    return text;
  };
