import { ActionIcon } from "@mantine/core";
import { useConnectionState } from "../api/gateway-context.tsx";
import { usePause, useStatus } from "../api/use-pause.ts";
import { t } from "../i18n/t.ts";
import { CopyButton } from "./copy-button.tsx";
import { HealthDot, type Tone } from "./health-dot.tsx";
import { Icon } from "./icon.tsx";
import { Tip } from "./tip.tsx";

const REFRESH_MS = 10_000;

/** Whether the gateway runs, where it is, and the switch that has it pause. */
export function GatewayCard() {
  const { isDown } = useConnectionState();
  const { value: status } = useStatus(REFRESH_MS);
  const pause = usePause();
  const url = status?.url ?? location.origin;
  const [tone, word]: [Tone, string] = isDown
    ? ["bad", t("frame:down")]
    : pause.isPaused
      ? ["warn", t("frame:paused")]
      : ["good", t("frame:running")];
  const label = pause.isPaused ? t("frame:resume") : t("frame:pause");
  return (
    <div className="gateway-card">
      <HealthDot tone={tone} />
      <span className="gateway-card-state">{word}</span>
      <span className="gateway-card-address mono cut" title={url}>
        {url.replace(/^https?:\/\//, "")}
      </span>
      <div className="gateway-card-actions">
        {pause.mayPause && (
          <Tip label={label}>
            <ActionIcon
              aria-label={label}
              disabled={isDown}
              loading={pause.isRunning}
              onClick={() => pause.set(!pause.isPaused)}
            >
              <Icon name={pause.isPaused ? "play" : "pause"} />
            </ActionIcon>
          </Tip>
        )}
        <CopyButton value={url} thing={t("frame:address")} />
      </div>
    </div>
  );
}
