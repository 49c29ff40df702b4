import { Link } from "wouter";
import { text } from "../i18n/text.ts";
import { Empty } from "./empty.tsx";

export function NotFoundPage() {
  return (
    <Empty title={text.frame.notFound}>
      <Link href="/">{text.frame.toOverview}</Link>
    </Empty>
  );
}
