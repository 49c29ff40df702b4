import { type FormEvent, useState } from "react";
import { AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import { t } from "../../i18n/t.ts";

/** A form that asks the gateway: what went wrong the last time, and whether an answer is on its way. */
export function useSubmit() {
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
  return { submit, problem, isBusy };
}
