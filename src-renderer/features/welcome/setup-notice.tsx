import { Link } from "wouter";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";

/** Leads back to the first steps while there is no provider. */
export function SetupNotice() {
  const { value } = useQuery("providers", (client) => client.call("listProviders"));
  if (value?.length !== 0) return null;
  return (
    <Notice tone="good">
      {t("welcome:unfinished")} <Link href="/welcome">{t("welcome:goOn")}</Link>
    </Notice>
  );
}
