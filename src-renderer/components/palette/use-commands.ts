import { useMantineColorScheme } from "@mantine/core";
import { useLocation } from "wouter";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { useGateway, useSessionState } from "../../api/gateway-context.tsx";
import { usePause } from "../../api/use-pause.ts";
import { useQuery } from "../../api/use-query.ts";
import { isLanguage, LANGUAGES } from "../../i18n/languages.ts";
import { changeLanguage, language, t } from "../../i18n/t.ts";
import type { PageEntry } from "../../pages.ts";
import { showToast } from "../toasts.tsx";
import type { Command } from "./command.ts";
import { keyOfPage } from "./page-keys.ts";
import { isRequestId } from "./request-id.ts";

const SCHEMES = { auto: "system", light: "sun", dark: "moon" } as const;

/** Everything that can be done from anywhere, given what was typed. */
export function useCommands(pages: readonly PageEntry[], typed: string, showShortcuts: () => void): Command[] {
  const [, go] = useLocation();
  const { session } = useGateway();
  const state = useSessionState();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const mayConfigure = state.phase === "signed-in" && state.user.role === "root_admin";
  const providers = useProviderCommands(mayConfigure);
  const pause = usePauseCommands();
  const toPages = pages.map((page): Command => {
    const key = keyOfPage(page.path);
    return {
      id: `page ${page.path}`,
      group: "pages",
      name: page.title(),
      icon: page.icon,
      words: page.path,
      ...(key === undefined ? {} : { keys: `g ${key}` }),
      run: () => go(page.path),
    };
  });
  const schemes = (["auto", "light", "dark"] as const).map(
    (scheme): Command => ({
      id: `theme ${scheme}`,
      group: "appearance",
      name: t(`frame:themes.${scheme}`),
      icon: SCHEMES[scheme],
      ...(scheme === colorScheme ? { note: t("palette:now") } : {}),
      run: () => setColorScheme(scheme),
    }),
  );
  const languages = Object.keys(LANGUAGES)
    .filter(isLanguage)
    .map(
      (code): Command => ({
        id: `language ${code}`,
        group: "appearance",
        name: t("frame:language", { name: LANGUAGES[code].name }),
        icon: "language",
        words: `${code} language`,
        ...(code === language() ? { note: t("palette:now") } : {}),
        run: () => void changeLanguage(code),
      }),
    );
  const others: Command[] = [
    {
      id: "shortcuts",
      group: "console",
      name: t("palette:shortcuts"),
      icon: "keyboard",
      keys: "?",
      run: showShortcuts,
    },
    {
      id: "sign out",
      group: "console",
      name: t("frame:signOut"),
      icon: "leave",
      run: () =>
        void session.signOut().then(
          (url) => url !== null && location.assign(url),
          () => {},
        ),
    },
  ];
  return [...requestCommands(typed, go), ...toPages, ...pause, ...providers, ...schemes, ...languages, ...others];
}

/** The verb that the gateway's state leaves to do. */
function usePauseCommands(): Command[] {
  const { isPaused, mayPause, set } = usePause();
  if (!mayPause) return [];
  return [
    {
      id: "pause",
      group: "gateway",
      name: isPaused ? t("frame:resume") : t("frame:pause"),
      icon: isPaused ? "play" : "pause",
      words: "pause resume gateway",
      run: () => set(!isPaused),
    },
  ];
}

/** What was typed, as the id of a request and as words to look for. */
function requestCommands(typed: string, go: (to: string) => void): Command[] {
  const text = typed.trim();
  if (text === "") return [];
  const commands: Command[] = [];
  const isId = isRequestId(text);
  if (isId) {
    commands.push({
      id: "open request",
      group: "requests",
      name: t("palette:openRequest", { id: text }),
      icon: "requests",
      words: text,
      run: () => go(`/requests/${encodeURIComponent(text)}`),
    });
  }
  if (text.length < 3) return commands;
  commands.push({
    id: "search requests",
    group: isId ? "requests" : "console",
    name: t("palette:searchRequests", { text }),
    icon: "search",
    words: text,
    run: () => go(`/requests?words=${encodeURIComponent(text)}`),
  });
  return commands;
}

/** Sends what no route names exactly to one of the providers; the toast takes it back. */
function useProviderCommands(mayConfigure: boolean): Command[] {
  const { connection } = useGateway();
  const providers = useQuery(mayConfigure ? "providers" : "no providers", (client) =>
    mayConfigure ? client.call("listProviders") : Promise.resolve([]),
  );
  return (providers.value ?? []).map((provider) => ({
    id: `use ${provider.id}`,
    group: "providers",
    name: t("palette:useProvider", { id: provider.id }),
    icon: "providers",
    words: `${provider.name} default`,
    run: () => void switchDefault(connection, provider.id).catch(sayWhy),
  }));
}

async function switchDefault(client: AdminClient, provider: string): Promise<void> {
  const before = (await client.call("getConfigDocument")).revision;
  const { revision, stillElsewhere } = await client.call("useProvider", { body: { provider } });
  // Whoever changed something since then must not lose it.
  const since = revision === null ? {} : { revision: revision.id };
  const back = (): Promise<unknown> =>
    before === null
      ? client.call("useProvider", { body: { provider: null, ...since } })
      : client.call("rollbackConfig", { body: { to: before.id, ...since } });
  const text = t("palette:used", { id: provider });
  showToast({
    text:
      stillElsewhere.length === 0 ? text : `${text} ${t("palette:elsewhere", { models: stillElsewhere.join(", ") })}`,
    undo: () => void back().catch(sayWhy),
  });
}

const sayWhy = (error: unknown): void =>
  showToast({ tone: "bad", text: error instanceof Error ? error.message : String(error) });
