import { Button } from "@mantine/core";
import { useGateway } from "../../api/gateway-context.tsx";
import { type SessionState } from "../../api/session.ts";
import { LanguageButton } from "../../components/language-button.tsx";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";
import { MailForm } from "./mail-form.tsx";
import { OidcButtons } from "./oidc-buttons.tsx";
import { useMethods } from "./use-methods.ts";

type SignedOut = SessionState & { phase: "signed-out" };

/** What there is to do for somebody who is not signed in. */
export function WaysIn({ state }: { state: SignedOut }) {
  const { session } = useGateway();
  const methods = useMethods();
  const problem = problemOf(state.problem);
  const { link } = state;
  const hasMail = methods !== null && methods.mail !== "off";
  const hasOidc = methods !== null && methods.oidc.length > 0;
  const lead = hasMail || hasOidc ? t("sign-in:orLead") : t("sign-in:lead");
  return (
    <>
      {problem !== null && <Notice tone="warn">{problem}</Notice>}
      {link !== undefined && (
        <>
          <p>{t("sign-in:linkLead")}</p>
          <Button size="sm" variant="filled" onClick={() => void session.signInWith(link)}>
            {t("sign-in:linkUse")}
          </Button>
        </>
      )}
      {hasOidc && <OidcButtons providers={methods.oidc} />}
      {hasMail && hasOidc && <p className="sign-in-or soft">{t("sign-in:or")}</p>}
      {hasMail && <MailForm isOutbox={methods.mail === "outbox"} />}
      <div className="sign-in-console">
        <p>{lead}</p>
        <Snippet value="gateway console" thing={lead} />
        <p className="soft">{t("sign-in:result")}</p>
        <div className="sign-in-foot">
          <Button onClick={() => void session.check()}>{t("sign-in:again")}</Button>
          <LanguageButton />
        </div>
      </div>
    </>
  );
}

function problemOf(problem: SignedOut["problem"]): string | null {
  switch (problem) {
    case "none":
      return null;
    case "ended":
      return t("sign-in:ended");
    case "code-refused":
      return t("sign-in:refused");
    default:
      return t(`sign-in:failures.${problem}`);
  }
}
