import { Button } from "@mantine/core";
import type { RevisionView } from "../../../src-gateway/admin-api/contract/configuration-schemas.ts";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";

/** One version: who, when, how and what for. */
export function RevisionRow({
  revision: { id, atUs, via, author, message, basedOn },
  isNewest,
  earlier,
  shown,
  onCompare,
  onRollback,
}: {
  revision: RevisionView;
  isNewest: boolean;
  /** The one before it; null when it is not known here. */
  earlier: number | null;
  shown: { from: number | null; to: number | null };
  /** @param left the older side: the one before it, or itself, which is then compared with what is in force. */
  onCompare: (left: number) => void;
  onRollback: () => void;
}) {
  const dayMs = useDay();
  const isShown = shown.to === id && shown.from === earlier;
  return (
    <li data-shown={isShown || undefined}>
      <span className="revision-id">{`#${id}`}</span>
      <div className="revision-said">
        <strong>{message ?? t("config-history:noMessage")}</strong>
        <div className="soft small">
          {[authorOf(author), formatMoment(atUs, dayMs)].join(" · ")}{" "}
          <span className="tag">
            {via === "rollback" && basedOn !== null
              ? t("config-history:rolledBackTo", { id: basedOn })
              : t(`config-history:via.${via}`)}
          </span>{" "}
          {isNewest && <span className="tag">{t("config-history:inForce")}</span>}
        </div>
      </div>
      <div className="revision-deeds">
        {earlier !== null && (
          <Button aria-pressed={isShown} onClick={() => onCompare(earlier)}>
            {t("config-history:whatChanged")}
            <span className="visually-hidden">{` #${id}`}</span>
          </Button>
        )}
        {!isNewest && (
          <>
            <Button onClick={() => onCompare(id)}>
              {t("config-history:toNow")}
              <span className="visually-hidden">{` #${id}`}</span>
            </Button>
            <Button onClick={onRollback}>
              {t("config-history:goBack")}
              <span className="visually-hidden">{` #${id}`}</span>
            </Button>
          </>
        )}
      </div>
    </li>
  );
}

/** Whoever came over the gateway's own socket has no account; the history keeps that in English. */
const OPERATOR = "the operator";
const authorOf = (author: string | null): string =>
  author === OPERATOR ? t("config-history:operator") : (author ?? t("config-history:editor"));
