import { Button, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Action } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";

export interface GroupFormProps {
  name?: string;
  label: string;
  saving: Action<string, unknown>;
  onSaved: () => void;
  /** Further fields. */
  children?: ReactNode;
}

/** The name of a team or project. */
export function GroupForm({ name = "", label, saving, onSaved, children }: GroupFormProps) {
  const [typed, setTyped] = useState(name);
  const save = async (): Promise<void> => {
    if ((await saving.run(typed.trim())) !== null) onSaved();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        label={t("people:groupName")}
        required
        maxLength={200}
        data-autofocus
        value={typed}
        onChange={(event) => {
          saving.forget();
          setTyped(event.currentTarget.value);
        }}
      />
      {children}
      {saving.problem !== null && <Notice tone="bad">{saving.problem}</Notice>}
      <div>
        <Button type="submit" variant="filled" loading={saving.isRunning} disabled={typed.trim() === ""}>
          {label}
        </Button>
      </div>
    </form>
  );
}
