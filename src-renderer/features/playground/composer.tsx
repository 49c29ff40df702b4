import { ActionIcon, Button, CloseButton, FileButton, Textarea } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Icon } from "../../components/icon.tsx";
import { Notice } from "../../components/notice.tsx";
import { Tip } from "../../components/tip.tsx";
import { t } from "../../i18n/t.ts";
import { areTools } from "./option-fields.tsx";
import { type Playground, type PlaygroundState, shownSides } from "./playground.ts";
import { readPicture } from "./read-picture.ts";
import type { Picture } from "./talk.ts";

export interface ComposerProps {
  playground: Playground;
  state: PlaygroundState;
  isBusy: boolean;
}

const TYPES = "image/png,image/jpeg,image/gif,image/webp";

/** One box for all columns. Enter sends, with Shift it begins a line. */
export function Composer({ playground, state, isBusy }: ComposerProps) {
  const { draft, pictures, options, columns } = state;
  const [problem, setProblem] = useState<string | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (window.matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, []);
  const hasModel = shownSides(state).some((side) => columns[side].model.trim() !== "");
  const hasWords = draft.trim() !== "" || pictures.length > 0;
  const maySend = hasModel && hasWords && !isBusy && areTools(options.tools);
  const onKeyDown = (event: KeyboardEvent): void => {
    // While a word is chosen from an input method, Enter is part of writing it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (maySend) playground.send();
  };
  const add = async (files: File[]): Promise<void> => {
    const read = await Promise.all(files.map(readPicture));
    const good = read.filter((picture) => picture !== null);
    setProblem(good.length === read.length ? null : t("playground:pictureProblem"));
    playground.set({ pictures: [...playground.state().pictures, ...good] });
  };
  return (
    <form
      className="playground-composer"
      aria-label={t("playground:ask")}
      onSubmit={(event) => {
        event.preventDefault();
        if (maySend) playground.send();
      }}
    >
      {problem !== null && <Notice tone="warn">{problem}</Notice>}
      <Pictures pictures={pictures} onChange={(left) => playground.set({ pictures: left })} />
      <Textarea
        ref={box}
        size="sm"
        aria-label={t("playground:ask")}
        placeholder={t(hasModel ? "playground:placeholder" : "playground:chooseModel")}
        rows={3}
        value={draft}
        onChange={(event) => playground.set({ draft: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <div className="playground-composer-foot">
        <FileButton multiple accept={TYPES} onChange={(files) => void add(files)}>
          {(props) => (
            <Tip label={t("playground:addPicture")}>
              <ActionIcon {...props} aria-label={t("playground:addPicture")}>
                <Icon name="image" />
              </ActionIcon>
            </Tip>
          )}
        </FileButton>
        <span className="soft small playground-hint">{t("playground:hint")}</span>
        {isBusy ? (
          <Button onClick={playground.stop}>{t("playground:stop")}</Button>
        ) : (
          <Button type="submit" variant="filled" disabled={!maySend}>
            {t("playground:send")}
          </Button>
        )}
      </div>
    </form>
  );
}

function Pictures({ pictures, onChange }: { pictures: readonly Picture[]; onChange: (left: Picture[]) => void }) {
  if (pictures.length === 0) return null;
  return (
    <ul className="playground-pictures">
      {pictures.map((picture) => (
        <li key={picture.name}>
          <img src={`data:${picture.mime};base64,${picture.data}`} alt={picture.name} />
          <CloseButton
            size="xs"
            aria-label={t("playground:removePicture", { name: picture.name })}
            onClick={() => onChange(pictures.filter((each) => each !== picture))}
          />
        </li>
      ))}
    </ul>
  );
}
