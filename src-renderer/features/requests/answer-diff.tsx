import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";

type Diff = ReplyOf<"diffAnswers">;

/** The answer of this request beside that of another one. */
export function AnswerDiff({ requestId }: { requestId: string }) {
  const [other, setOther] = useState("");
  const [diff, setDiff] = useState<Diff | null>(null);
  const compare = useAction((client, id: string) =>
    client.call("diffAnswers", { params: { id: requestId }, query: { with: id } }),
  );
  const run = async (): Promise<void> => setDiff(await compare.run(other.trim()));
  return (
    <div className="stack">
      <form
        className="diff-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <TextInput
          label={t("details:compareWith")}
          value={other}
          onChange={(event) => {
            setOther(event.currentTarget.value);
            compare.forget();
          }}
        />
        <Button type="submit" disabled={other.trim() === ""} loading={compare.isRunning}>
          {t("details:compare")}
        </Button>
      </form>
      {compare.problem !== null && <Notice tone="bad">{compare.problem}</Notice>}
      {diff !== null && <DiffTable diff={diff} />}
    </div>
  );
}

function DiffTable({ diff }: { diff: Diff }) {
  if (diff.isSame) return <Notice tone="good">{t("details:sameAnswer")}</Notice>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
    <section className="table-scroll" aria-label={t("details:compare")} tabIndex={0}>
      <table className="diff">
        <thead>
          <tr>
            {[diff.left, diff.right].map(({ requestId, provider, model }) => (
              <th key={requestId} scope="col">
                {[provider, model].filter(Boolean).join(" · ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {diff.lines.map(({ left, right }, place) => (
            <tr key={place} data-same={left === right}>
              <td data-gone={left !== null && left !== right}>{left ?? ""}</td>
              <td data-new={right !== null && left !== right}>{right ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
