import { Link } from "wouter";
import { t } from "../i18n/t.ts";
import { Empty } from "./empty.tsx";

export function NotFoundPage() {
  return (
    <Empty title={t("frame:notFound")}>
      <Link href="/">{t("frame:toOverview")}</Link>
    </Empty>
  );
}
