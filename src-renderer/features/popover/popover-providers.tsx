import { Button } from "@mantine/core";
import { useState } from "react";
import type { PopoverAction, PopoverState } from "../../api/desktop.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { formatShare } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { useDigitKeys } from "../providers/use-digit-keys.ts";

type Provider = PopoverState["providers"][number];

/** Who is asked for what no route names: one click switches, and so do the keys 1 to 9. */
export function PopoverProviders({
  state: { providers, providerInUse },
  act,
}: {
  state: PopoverState;
  act: (action: PopoverAction) => Promise<void>;
}) {
  // What was clicked is shown at once, until the gateway has said how it is.
  const [clicked, setClicked] = useState<{ provider: string | null } | null>(null);
  const inUse = clicked === null ? providerInUse : clicked.provider;
  const use = async (provider: string | null): Promise<void> => {
    setClicked({ provider });
    await act({ do: "use", provider });
    setClicked(null);
  };
  useDigitKeys((digit) => {
    const provider = providers[digit - 1];
    if (provider) void use(provider.id);
  });
  if (providers.length === 0)
    return (
      <section className="popover-part popover-none" aria-label={t("popover:providers")}>
        <p className="soft">{t("popover:noProviders")}</p>
        <Button onClick={() => void act({ do: "open", page: "providers" })}>{t("popover:addProvider")}</Button>
      </section>
    );
  return (
    <section className="popover-choices" aria-labelledby="popover-providers">
      <h2 id="popover-providers" className="visually-hidden">
        {t("popover:providers")}
      </h2>
      <ul>
        <li>
          <button type="button" className="popover-choice" aria-pressed={inUse === null} onClick={() => void use(null)}>
            <i className="popover-mark" aria-hidden="true" />
            <span className="cut">{t("popover:asRouted")}</span>
          </button>
        </li>
        {providers.map((provider, place) => (
          <li key={provider.id}>
            <button
              type="button"
              className="popover-choice"
              aria-pressed={inUse === provider.id}
              aria-keyshortcuts={place < 9 ? String(place + 1) : undefined}
              onClick={() => void use(provider.id)}
            >
              <i className="popover-mark" aria-hidden="true" />
              <span className="cut" title={provider.id}>
                {provider.id}
              </span>
              <span className="soft number">{workOf(provider)}</span>
              <HealthDot tone={toneOf(provider)} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function workOf({ isDown, requests, failures }: Provider): string {
  if (isDown) return t("popover:down");
  return requests === 0 ? t("popover:idle") : formatShare(requests - failures, requests);
}

function toneOf({ isDown, requests, failures }: Provider): Tone {
  if (isDown) return "bad";
  if (failures > 0) return "warn";
  return requests === 0 ? "idle" : "good";
}
