import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { formatCount } from "../../format/numbers.ts";
import { text } from "../../i18n/text.ts";
import { ProbeButton } from "./probe-button.tsx";
import { isKeyMissing, toneOfProvider } from "./provider-tone.ts";

export function ProviderRow({ provider }: { provider: ProviderView }) {
  const { id, name, kind, protocols, problem, modelCount, where } = provider;
  return (
    <tr>
      <th scope="row">
        <div className="provider-name">
          <HealthDot tone={toneOfProvider(provider)} />
          <strong className="cut">{id}</strong>
          {(name !== id || kind !== id) && <span className="soft cut">{name}</span>}
          {problem !== null && <span data-ink="warn">{problem}</span>}
        </div>
      </th>
      <td className="provider-wires">
        <div className="wires">
          {Object.entries(protocols).map(([wire, url]) => (
            <span key={wire} className="tag" title={url}>
              {text.wires[wire as WireProtocol] ?? wire}
            </span>
          ))}
        </div>
      </td>
      <td className="provider-key">
        <Credential provider={provider} />
      </td>
      <td className="number provider-models">{modelCount === 0 ? "–" : formatCount(modelCount)}</td>
      <td className="provider-where soft">
        <span className="mono">{where}</span>
      </td>
      <td className="provider-health">
        <ProbeButton id={id} name={name} />
      </td>
    </tr>
  );
}

function Credential({ provider }: { provider: ProviderView }) {
  if (isKeyMissing(provider)) return <span data-ink="bad">{text.providers.keyMissing}</span>;
  if (provider.credential === null) return <span className="soft">{text.providers.noKeyNeeded}</span>;
  return <code>{provider.credential}</code>;
}
