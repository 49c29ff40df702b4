import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import { useGateway } from "../../api/gateway-context.tsx";
import { Notice } from "../../components/notice.tsx";
import { language, t } from "../../i18n/t.ts";

interface Asked {
  email: string;
  minutes: number;
}

/** First the address, then the digits that were mailed to it. */
export function MailForm({ isOutbox }: { isOutbox: boolean }) {
  const { connection, session } = useGateway();
  const [email, setEmail] = useState("");
  const [digits, setDigits] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = (work: () => Promise<void>) => (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    work()
      .catch((error: unknown) => setProblem(error instanceof AdminError ? error.message : t("sign-in:unreachable")))
      .finally(() => setBusy(false));
  };
  const ask = submit(async () => {
    const reply = await connection.call("login", { body: { email, language: language() } });
    if ("mailed" in reply) setAsked({ email, minutes: reply.minutes });
  });
  const verify = submit(async () => session.enter(await connection.call("verifyCode", { body: { code: digits } })));
  const back = (): void => {
    setAsked(null);
    setDigits("");
    setProblem(null);
  };

  const refusal = problem === null ? null : <Notice tone="bad">{problem}</Notice>;
  if (asked === null) {
    return (
      <form className="sign-in-form" onSubmit={ask}>
        {refusal}
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
        {isOutbox && <p className="soft">{t("sign-in:outbox")}</p>}
      </form>
    );
  }
  return (
    <form className="sign-in-form" onSubmit={verify}>
      {refusal}
      <p role="status">{t("sign-in:sent", { email: asked.email, minutes: asked.minutes })}</p>
      <TextInput
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
        data-autofocus
        autoFocus
        onChange={(event) => setDigits(event.currentTarget.value)}
      />
      <Button type="submit" size="sm" variant="filled" loading={isBusy}>
        {t("sign-in:enter")}
      </Button>
      <Button size="sm" onClick={back}>
        {t("sign-in:other")}
      </Button>
      {isOutbox && <p className="soft">{t("sign-in:outbox")}</p>}
    </form>
  );
}
