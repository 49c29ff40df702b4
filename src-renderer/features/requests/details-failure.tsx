import { ERROR_CATALOGUE, type ErrorCode } from "../../../src-gateway/ir/errors.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";

/** What went wrong and what to do about it. */
export function Failure({ exchange: { errorCode, errorMessage } }: { exchange: Exchange }) {
  if (errorCode === null && errorMessage === null) return null;
  const advice = errorCode === null ? null : adviceFor(errorCode);
  return (
    <section className="failure">
      <h3>
        {t("details:error")}
        {errorCode !== null && <code>{errorCode}</code>}
      </h3>
      {errorMessage !== null && <p>{said(errorMessage)}</p>}
      {advice !== null && <p className="soft">{advice}</p>}
    </section>
  );
}

/** A code that this console does not know comes from a newer gateway. */
function adviceFor(code: string): string | null {
  return Object.hasOwn(ERROR_CATALOGUE, code) ? t(`common:advice.${ERROR_CATALOGUE[code as ErrorCode].class}`) : null;
}
