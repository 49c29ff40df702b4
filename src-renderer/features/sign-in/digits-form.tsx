import { Button, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useGateway } from "../../api/gateway-context.tsx";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";
import { useSubmit } from "./use-submit.ts";

export function DigitsForm({ email, minutes, onBack }: { email: string; minutes: number; onBack: () => void }) {
  const { connection, session } = useGateway();
  const [digits, setDigits] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const { submit, problem, isBusy } = useSubmit();
  // It takes the place of the field that was just used.
  useEffect(() => input.current?.focus(), []);
  const verify = submit(async () => session.enter(await connection.call("verifyCode", { body: { code: digits } })));
  return (
    <form className="sign-in-form" onSubmit={verify}>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <output>{t("sign-in:sent", { email, minutes })}</output>
      <TextInput
        ref={input}
        size="sm"
        className="sign-in-digits"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="\s*(?:\d\s*){6}"
        maxLength={12}
        label={t("sign-in:code")}
        value={digits}
        required
        withAsterisk={false}
        onChange={(event) => setDigits(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" variant="filled" loading={isBusy}>
        {t("sign-in:enter")}
      </Button>
      <Button size="sm" onClick={onBack}>
        {t("sign-in:other")}
      </Button>
    </form>
  );
}
