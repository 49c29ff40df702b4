import { inputTotal } from "../../../src-gateway/ir/usage.ts";
import { formatCount, formatUsd } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import type { Exchange } from "./request-rows.ts";

const BUCKETS = ["inputUncached", "cacheRead", "cacheWrite5m", "cacheWrite1h", "output"] as const;
/** They are counted in a bucket already. */
const PARTS = ["reasoning", "audioInput", "audioOutput"] as const;

/** Tokens by kind; the buckets do not overlap, so they add up. */
export function UsageTable({ exchange: { usage, usageSource, cost } }: { exchange: Exchange }) {
  const number = (count: number): string => `${usageSource === "estimated" ? "≈ " : ""}${formatCount(count)}`;
  return (
    <section>
      <h3>
        {t("details:usage")}
        <span className="soft">{t(`details:sources.${usageSource}`)}</span>
      </h3>
      {usageSource !== "none" && (
        <table className="amounts">
          <tbody>
            {BUCKETS.filter((bucket) => usage[bucket] > 0 || bucket === "inputUncached" || bucket === "output").map(
              (bucket) => (
                <tr key={bucket}>
                  <th scope="row">{t(`details:usageParts.${bucket}`)}</th>
                  <td>{number(usage[bucket])}</td>
                </tr>
              ),
            )}
            {PARTS.filter((part) => usage[part] > 0).map((part) => (
              <tr key={part} className="part-of">
                <th scope="row">{t(`details:usageParts.${part}`)}</th>
                <td>{number(usage[part])}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("details:total")}</th>
              <td>{number(inputTotal(usage) + usage.output)}</td>
            </tr>
            <tr>
              <th scope="row">{t("details:cost")}</th>
              <td>{cost === null ? t("details:unpriced") : formatUsd(cost.nano)}</td>
            </tr>
          </tfoot>
        </table>
      )}
    </section>
  );
}
