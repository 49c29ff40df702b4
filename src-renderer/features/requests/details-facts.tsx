import { CopyButton } from "../../components/copy-button.tsx";
import { formatBytes } from "../../format/numbers.ts";
import { formatFullMoment } from "../../format/times.ts";
import { text } from "../../i18n/text.ts";
import type { Exchange } from "./request-rows.ts";

/** Who asked for what, and how it was named on its way. */
export function Facts({ exchange }: { exchange: Exchange }) {
  const words = text.details;
  const { requestId, id, modelAsked, modelRouted, modelServed, surface, stream, bytesIn, bytesOut } = exchange;
  const facts: [name: string, value: string | null][] = [
    [words.arrived, formatFullMoment(id)],
    [words.asked, modelAsked],
    [words.routed, modelRouted],
    [words.served, modelServed],
    [words.surface, `${surface}, ${stream ? words.streamed : words.whole}`],
    [words.finish, exchange.finishReason],
    [words.agent, exchange.agent],
    [words.session, exchange.session],
    [words.project, exchange.project],
    [words.user, exchange.userId === null ? null : `#${exchange.userId}`],
    [words.key, exchange.apiKeyId === null ? null : `#${exchange.apiKeyId}`],
    [words.bytes, `${formatBytes(bytesIn)} / ${formatBytes(bytesOut)}`],
  ];
  return (
    <section>
      <h3>{words.facts}</h3>
      <dl className="facts">
        <dt>{words.requestId}</dt>
        <dd className="with-copy">
          <code>{requestId}</code>
          <CopyButton value={requestId} thing={words.requestId} />
        </dd>
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
