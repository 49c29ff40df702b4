import type { ReactNode } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

type Talk = ReplyOf<"conversationOfExchange">;
type Turn = Talk["turns"][number];
type Piece = Turn["parts"][number];

/** A text of this length is folded at first. */
const LONG = 1_500;

/** What was said: the turns that were sent, and the answer. */
export function ConversationView({ requestId }: { requestId: string }) {
  const query = useQuery(`conversation ${requestId}`, (client) =>
    client.call("conversationOfExchange", { params: { id: requestId } }),
  );
  if (query.problem !== null && query.value === null) {
    return <Empty title={t("details:noBodies")}>{<p>{query.problem}</p>}</Empty>;
  }
  return (
    <QueryState query={query} rows={8}>
      {(talk) => <Talk talk={talk} />}
    </QueryState>
  );
}

function Talk({ talk }: { talk: Talk }) {
  const { turns, tools, answer, problem, answerProblem } = talk;
  return (
    <div className="talk">
      {problem !== null && <Notice tone="warn">{said(problem)}</Notice>}
      {tools.length > 0 && (
        <details>
          <summary>{t("details:tools", { count: tools.length })}</summary>
          <p className="talk-tools">{tools.join(", ")}</p>
        </details>
      )}
      {turns.map((turn, place) => (
        // A conversation is read as it was; its turns have no names and never change places.
        <TurnView key={place} speaker={turn.role} parts={turn.parts} />
      ))}
      {answerProblem !== null && <Notice tone="warn">{said(answerProblem)}</Notice>}
      {answer !== null && <TurnView speaker="answer" parts={answer.parts} />}
    </div>
  );
}

function TurnView({ speaker, parts }: { speaker: Turn["role"] | "answer"; parts: Piece[] }) {
  return (
    <article className="turn" data-role={speaker}>
      <h3>{t(`details:roles.${speaker}`)}</h3>
      {parts.map((piece, place) => (
        <PieceView key={place} piece={piece} />
      ))}
    </article>
  );
}

function PieceView({ piece }: { piece: Piece }) {
  const { kind, text, name, isCut, isError } = piece;
  const body = (
    <pre className="piece-text">
      {kind === "call" ? indented(text) : text}
      {isCut && <span className="soft">{` … ${t("details:cut")}`}</span>}
    </pre>
  );
  if (kind === "text" || kind === "refusal")
    return text.length > LONG ? <Folded title={firstLine(text)}>{body}</Folded> : body;
  const title = [t(`details:kinds.${kind}`), name, isError ? t("details:isError") : null].filter(Boolean).join(" · ");
  return (
    <Folded title={title} isBad={isError} isOpen={text.length < LONG && kind !== "result"}>
      {body}
    </Folded>
  );
}

function Folded({
  title,
  isOpen = false,
  isBad = false,
  children,
}: {
  title: string;
  isOpen?: boolean;
  isBad?: boolean;
  children: ReactNode;
}) {
  return (
    <details className="piece" open={isOpen}>
      <summary className="cut" data-ink={isBad ? "bad" : undefined}>
        {title}
      </summary>
      {children}
    </details>
  );
}

const firstLine = (text: string): string => text.trimStart().slice(0, 120).split("\n")[0] ?? "";

/** Arguments are JSON, and easier to read over several lines; what is none stays as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
