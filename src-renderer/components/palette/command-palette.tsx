import "./palette.css";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { t } from "../../i18n/t.ts";
import type { PageEntry } from "../../pages.ts";
import { Icon } from "../icon.tsx";
import { type Command, findCommands } from "./command.ts";
import { Keys } from "./keys.tsx";
import { useCommands } from "./use-commands.ts";

/** Everything that can be done from anywhere, found by typing. It is there as long as it is drawn. */
export function CommandPalette({
  pages,
  onClose,
  showShortcuts,
}: {
  pages: readonly PageEntry[];
  onClose: () => void;
  showShortcuts: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const all = useCommands(pages, typed, showShortcuts);
  const found = findCommands(all, typed);
  const listId = useId();
  const chosen = Math.min(at, found.length - 1);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const next = placeAfter(event.key, chosen, found.length);
    if (event.key === "Enter") run(found[chosen]);
    else if (next === undefined) return;
    else setAt(next);
    event.preventDefault();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a click beside it closes it, as Escape does
    <dialog
      ref={dialog}
      className="palette"
      aria-label={t("palette:title")}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="palette-box">
        <div className="palette-field">
          <Icon name="search" />
          <input
            role="combobox"
            aria-label={t("palette:title")}
            aria-expanded="true"
            aria-autocomplete="list"
            aria-controls={listId}
            aria-activedescendant={found[chosen] ? `${listId}-${chosen}` : undefined}
            placeholder={t("palette:placeholder")}
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={press}
          />
        </div>
        <Commands id={listId} found={found} chosen={chosen} onChoose={setAt} onRun={run} />
        <output className="visually-hidden">{t("palette:found", { count: found.length })}</output>
      </div>
    </dialog>
  );
}

interface CommandsProps {
  id: string;
  found: Command[];
  chosen: number;
  onChoose: (place: number) => void;
  onRun: (command: Command) => void;
}

function Commands({ id, found, chosen, onChoose, onRun }: CommandsProps) {
  const groups = useMemo(() => Map.groupBy(found, ({ group }) => group), [found]);
  const current = found[chosen]?.id;
  useEffect(() => {
    if (current !== undefined) document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [id, chosen, current]);
  return (
    // oxlint-disable jsx-a11y/prefer-tag-over-role -- no element is a list of groups that a field above chooses from
    <div className="palette-list" role="listbox" id={id} aria-label={t("palette:title")} tabIndex={-1}>
      {[...groups].map(([group, commands]) => (
        <div key={group} role="group" aria-label={t(`palette:groups.${group}`)}>
          <p className="palette-group" aria-hidden="true">
            {t(`palette:groups.${group}`)}
          </p>
          {commands.map((command) => {
            const place = found.indexOf(command);
            return (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field above has the focus, and the keys
              <div
                key={command.id}
                id={`${id}-${place}`}
                role="option"
                aria-selected={place === chosen}
                className="palette-option"
                onPointerMove={() => place !== chosen && onChoose(place)}
                onClick={() => onRun(command)}
              >
                <Icon name={command.icon} />
                <span className="cut">{command.name}</span>
                {command.note !== undefined && <span className="soft small">{command.note}</span>}
                {command.keys !== undefined && <Keys keys={command.keys} />}
              </div>
            );
          })}
        </div>
      ))}
      {found.length === 0 && <p className="palette-none soft">{t("palette:none")}</p>}
    </div>
    // oxlint-enable jsx-a11y/prefer-tag-over-role
  );
}

/** undefined for a key that moves nothing. */
function placeAfter(key: string, at: number, count: number): number | undefined {
  if (key === "ArrowDown") return at >= count - 1 ? 0 : at + 1;
  if (key === "ArrowUp") return at <= 0 ? count - 1 : at - 1;
  if (key === "PageDown") return Math.min(count - 1, at + 8);
  if (key === "PageUp") return Math.max(0, at - 8);
  return undefined;
}
