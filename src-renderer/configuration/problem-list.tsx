import type { DocumentProblemView } from "../../src-gateway/admin-api/contract/configuration-schemas.ts";
import { said } from "../i18n/gateway-words.ts";
import { t } from "../i18n/t.ts";

/** What is wrong with a configuration. @param onJump goes to the place; without it places are only named. */
export function ProblemList({
  problems,
  onJump,
}: {
  problems: readonly DocumentProblemView[];
  onJump?: (line: number, column: number | null) => void;
}) {
  return (
    <ul className="problems" aria-label={t("steer:problems")}>
      {problems.map((each) => (
        <li key={`${each.line} ${each.column} ${each.key} ${each.problem}`}>
          {each.line !== null && (
            <Place line={each.line} {...(onJump ? { onClick: () => onJump(each.line ?? 1, each.column) } : {})} />
          )}
          <span>
            {each.key !== "" && <code>{each.key}</code>} {said(each.problem)}
            {each.hint !== "" && <span className="soft">{` · ${said(each.hint)}`}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Place({ line, onClick }: { line: number; onClick?: () => void }) {
  const words = t("steer:line", { line });
  if (!onClick) return <span className="soft">{words}</span>;
  return (
    <button type="button" className="link" onClick={onClick}>
      {words}
    </button>
  );
}
