import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useGateway } from "../../api/gateway-context.tsx";
import { Notice } from "../../components/notice.tsx";
import { language, t } from "../../i18n/t.ts";
import { DigitsForm } from "./digits-form.tsx";
import { useSubmit } from "./use-submit.ts";

/** First the address, then the digits that were mailed to it. */
export function MailForm({ isOutbox }: { isOutbox: boolean }) {
  const { connection } = useGateway();
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState<{ email: string; minutes: number } | null>(null);
  const { submit, problem, isBusy } = useSubmit();
  const ask = submit(async () => {
    const reply = await connection.call("login", { body: { email, language: language() } });
    if ("mailed" in reply) setAsked({ email, minutes: reply.minutes });
  });
  return (
    <>
      {asked !== null && <DigitsForm {...asked} onBack={() => setAsked(null)} />}
      {asked === null && (
        <form className="sign-in-form" onSubmit={ask}>
          {problem !== null && <Notice tone="bad">{problem}</Notice>}
          <TextInput
            size="sm"
            type="email"
            autoComplete="email"
            label={t("sign-in:email")}
            value={email}
            required
            withAsterisk={false}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Button type="submit" size="sm" variant="filled" loading={isBusy}>
            {t("sign-in:send")}
          </Button>
        </form>
      )}
      {isOutbox && <p className="soft">{t("sign-in:outbox")}</p>}
    </>
  );
}
