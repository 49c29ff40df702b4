import "../../styles/forms.css";
import "./settings.css";
import { SegmentedControl } from "@mantine/core";
import { useSessionState } from "../../api/gateway-context.tsx";
import { oneOf, useAddress } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { About } from "./about.tsx";
import { GatewaySettings } from "./gateway-settings.tsx";
import { GeneralSettings } from "./general-settings.tsx";
import { OwnSessions } from "./own-sessions.tsx";
import { Privacy } from "./privacy.tsx";
import { Transfer } from "./transfer.tsx";
import { Updates } from "./updates.tsx";

const PARTS = {
  general: { Part: GeneralSettings, adminsOnly: false },
  sessions: { Part: OwnSessions, adminsOnly: false },
  gateway: { Part: GatewaySettings, adminsOnly: true },
  privacy: { Part: Privacy, adminsOnly: true },
  transfer: { Part: Transfer, adminsOnly: true },
  updates: { Part: Updates, adminsOnly: false },
  about: { Part: About, adminsOnly: false },
} as const;
const NAMES = ["general", "sessions", "gateway", "privacy", "transfer", "updates", "about"] as const;

/** The console as one likes it, and the gateway as it is set. */
export function SettingsPage() {
  const session = useSessionState();
  const address = useAddress();
  const isAdmin = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const isRoot = session.phase === "signed-in" && session.user.role === "root_admin";
  const names = NAMES.filter((name) => (name === "transfer" ? isRoot : isAdmin || !PARTS[name].adminsOnly));
  const chosen = oneOf(names, address.get("part")) ?? "general";
  const { Part } = PARTS[chosen];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("settings:title")}</h1>
        <div className="settings-parts">
          <SegmentedControl
            size="xs"
            aria-label={t("settings:title")}
            value={chosen}
            onChange={(part) => address.set({ part })}
            data={names.map((value) => ({ value, label: t(`settings:parts.${value}`) }))}
          />
        </div>
      </header>
      <Part />
    </div>
  );
}
