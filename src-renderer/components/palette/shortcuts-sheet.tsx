import "./palette.css";
import { t } from "../../i18n/t.ts";
import type { PageEntry } from "../../pages.ts";
import { Sheet } from "../sheet.tsx";
import { Keys } from "./keys.tsx";
import { keyOfPage } from "./page-keys.ts";
import { paletteKeys } from "./use-shortcuts.ts";

/** Every key that does something. */
export function ShortcutsSheet({ pages, onClose }: { pages: readonly PageEntry[]; onClose: () => void }) {
  const everywhere = [
    { keys: paletteKeys(), what: t("palette:title") },
    { keys: "?", what: t("palette:shortcuts") },
    { keys: "Esc", what: t("palette:escape") },
  ];
  const toPages = pages.flatMap((page) => {
    const key = keyOfPage(page.path);
    return key === undefined ? [] : [{ keys: `g ${key}`, what: page.title() }];
  });
  const onRequests = [
    { keys: "↑ ↓", what: t("palette:step") },
    { keys: "Home End", what: t("palette:ends") },
  ];
  return (
    <Sheet title={t("palette:shortcuts")} isOpen onClose={onClose}>
      <Shortcuts title={t("palette:everywhere")} list={everywhere} />
      <Shortcuts title={t("palette:groups.pages")} list={toPages} />
      <Shortcuts title={t("palette:lists")} list={onRequests} />
    </Sheet>
  );
}

function Shortcuts({ title, list }: { title: string; list: { keys: string; what: string }[] }) {
  return (
    <section aria-label={title} className="shortcuts">
      <h3>{title}</h3>
      <dl className="shortcut-list">
        {list.map(({ keys, what }) => (
          <div key={keys}>
            <dt>{what}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
