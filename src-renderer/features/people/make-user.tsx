import { Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { SignedInUser } from "../../api/session.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { oneOf } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { ROLES, rolesBelow } from "./people-types.ts";

export function MakeUser({ own, onMade }: { own: SignedInUser; onMade: () => void }) {
  const [email, setEmail] = useState("");
  const [displayName, setName] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("gateway_user");
  const making = useAction((client) =>
    client.call("createUser", { body: { email: email.trim(), displayName: displayName.trim(), role } }),
  );
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const made = await making.run(undefined);
    if (made === null) return;
    showToast({ text: t("people:added", { email: made.email }), tone: "good" });
    onMade();
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <TextInput
        label={t("people:email")}
        type="email"
        required
        data-autofocus
        value={email}
        onChange={(event) => {
          making.forget();
          setEmail(event.currentTarget.value);
        }}
      />
      <TextInput
        label={t("people:name")}
        maxLength={200}
        value={displayName}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t("people:role")}
        description={t(`people:roleTexts.${role}`)}
        allowDeselect={false}
        data={rolesBelow(own.role).map((value) => ({ value, label: t(`people:roles.${value}`) }))}
        value={role}
        onChange={(value) => setRole(oneOf(ROLES, value) ?? "gateway_user")}
      />
      {making.problem !== null && <Notice tone="bad">{making.problem}</Notice>}
      <div>
        <Button type="submit" variant="filled" loading={making.isRunning} disabled={email.trim() === ""}>
          {t("people:make")}
        </Button>
      </div>
    </form>
  );
}
