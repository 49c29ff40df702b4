import { Button, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { ProblemList } from "../../configuration/problem-list.tsx";
import { useCheck } from "../../configuration/use-check.ts";
import { t } from "../../i18n/t.ts";
import { NumberedText } from "./numbered-text.tsx";

type Shown = ReplyOf<"getConfigDocument">;

/** The whole document as text, checked while somebody types. */
export function YamlView({ document: shown, reload }: { document: Shown; reload: () => void }) {
  const { text, isChanged, conflict, checked, isWaiting, problem, isSaving, type, forget, run } = useEditing(
    shown,
    reload,
  );
  const field = useRef<HTMLTextAreaElement>(null);
  const jump = (line: number, column: number | null): void => jumpTo(field.current, line, column);
  const problems = checked?.problems ?? [];
  return (
    <section className="panel" aria-labelledby="yaml">
      <div className="panel-head">
        <h2 id="yaml">{shown.file ?? t("routing:inDatabase")}</h2>
        <span className="soft small">{t("routing:revision", { id: shown.revision?.id ?? 0 })}</span>
      </div>
      <div className="panel-body stack">
        {shown.problem !== null && <Notice tone="warn">{shown.problem}</Notice>}
        <NumberedText
          label={t("routing:document")}
          field={field}
          value={text}
          wrong={problems.flatMap(({ line }) => (line === null ? [] : [line]))}
          onChange={type}
        />
        <output className="small">{isChanged ? verdictOf(isWaiting, checked) : ""}</output>
        {problems.length > 0 && <ProblemList problems={problems} onJump={jump} />}
        {conflict !== null ? (
          <Notice tone="warn">
            {conflict} <Button onClick={forget}>{t("routing:reload")}</Button>{" "}
            <CopyButton value={text} thing={t("routing:document")} />
          </Notice>
        ) : (
          problem !== null && <Notice tone="bad">{problem}</Notice>
        )}
        <Foot
          isChanged={isChanged}
          isBlocked={problems.length > 0 || conflict !== null}
          isSaving={isSaving}
          onDiscard={forget}
          onSave={(note) => void run(note)}
        />
      </div>
    </section>
  );
}

function verdictOf(isWaiting: boolean, checked: ReplyOf<"editConfig"> | null): string {
  if (isWaiting) return t("routing:checking");
  if (checked === null) return "";
  const count = checked.problems.length;
  return count > 0 ? t("routing:wrong", { count }) : wordsOf(checked.changes);
}

const wordsOf = (changes: ReplyOf<"editConfig">["changes"]): string =>
  changes.length === 0
    ? t("routing:sameMeaning")
    : t("routing:wouldChange", {
        what: changes.map(({ noun, name, change }) => `${noun} ${name}: ${t(`steer:changes.${change}`)}`).join(", "),
      });

/** Puts the cursor to a place and the place in sight. */
function jumpTo(field: HTMLTextAreaElement | null, line: number, column: number | null): void {
  if (field === null) return;
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const end = start + (lines[line - 1]?.length ?? 0);
  field.focus();
  field.setSelectionRange(Math.min(end, start + (column ?? 1) - 1), end);
  field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, line - 6);
}

function useEditing(shown: Shown, reload: () => void) {
  // What somebody types stays, also when somebody else is faster; `base` is what they began with.
  const [edit, setEdit] = useState<{ text: string; base: Shown } | null>(null);
  const [conflict, setConflict] = useState<string | null>(null);
  const text = edit?.text ?? shown.text;
  const isChanged = edit !== null && edit.text !== edit.base.text;
  const revision = (edit?.base ?? shown).revision?.id ?? 0;
  const {
    checked,
    problem: uncheckable,
    isWaiting,
  } = useCheck(isChanged && conflict === null ? text : null, (client) =>
    client.call("putConfigDocument", { query: { check: true }, body: { text, revision } }),
  );
  const save = useAction(async (client, note: string) => {
    try {
      const said = note === "" ? {} : { message: note };
      return await client.call("putConfigDocument", { body: { text, revision, ...said } });
    } catch (error) {
      if (error instanceof AdminError && error.status === 412) setConflict(error.message);
      throw error;
    }
  });
  const forget = (): void => {
    setEdit(null);
    setConflict(null);
    save.forget();
    reload();
  };
  const run = async (note: string): Promise<void> => {
    if ((await save.run(note)) === null) return;
    showToast({ text: t("routing:saved") });
    forget();
  };
  const type = (next: string): void => {
    setEdit({ text: next, base: edit?.base ?? shown });
    save.forget();
  };
  const problem = save.problem ?? uncheckable;
  return { text, isChanged, conflict, checked, isWaiting, problem, isSaving: save.isRunning, type, forget, run };
}

function Foot({
  isChanged,
  isBlocked,
  isSaving,
  onDiscard,
  onSave,
}: {
  isChanged: boolean;
  isBlocked: boolean;
  isSaving: boolean;
  onDiscard: () => void;
  onSave: (message: string) => void;
}) {
  const [message, setMessage] = useState("");
  return (
    <form
      className="yaml-foot"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(message.trim());
        setMessage("");
      }}
    >
      <TextInput
        aria-label={t("routing:message")}
        placeholder={t("routing:message")}
        maxLength={500}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      <Button disabled={!isChanged} onClick={onDiscard}>
        {t("routing:discard")}
      </Button>
      <Button type="submit" variant="filled" disabled={!isChanged || isBlocked} loading={isSaving}>
        {t("routing:save")}
      </Button>
    </form>
  );
}
