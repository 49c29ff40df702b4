import "./styles/base.css";
import { MantineProvider } from "@mantine/core";
import { createRoot } from "react-dom/client";
import { desktop } from "./api/desktop.ts";
import { CrashGuard } from "./components/crash-guard.tsx";
import { Popover } from "./features/popover/popover.tsx";
import { followLanguage, startLanguage } from "./i18n/t.ts";
import { theme } from "./styles/theme.ts";

/** Draws the popover into the page. It asks nothing of the gateway: the app tells it all that it shows. */
const root = document.getElementById("root");
const bridge = desktop()?.popover;
if (!root || !bridge) throw new Error("The popover lives in the desktop app only.");
void Promise.all([startLanguage(), bridge.get()]).then(([, first]) => {
  followLanguage();
  createRoot(root).render(
    <MantineProvider theme={theme} defaultColorScheme="auto" deduplicateCssVariables>
      <CrashGuard>
        <Popover bridge={bridge} first={first} />
      </CrashGuard>
    </MantineProvider>,
  );
});
