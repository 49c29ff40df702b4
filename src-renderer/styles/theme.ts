// Only the style sheets of the components in use; in a CSS layer, so that ours win whatever the order.
import "@mantine/core/styles/baseline.layer.css";
import "@mantine/core/styles/default-css-variables.layer.css";
import "@mantine/core/styles/global.layer.css";
import "@mantine/core/styles/UnstyledButton.layer.css";
import "@mantine/core/styles/ActionIcon.layer.css";
import "@mantine/core/styles/Button.layer.css";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Combobox.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/Loader.layer.css";
import "@mantine/core/styles/Paper.layer.css";
import "@mantine/core/styles/PasswordInput.layer.css";
import "@mantine/core/styles/Popover.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Switch.layer.css";
import "@mantine/core/styles/InlineInput.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/Modal.layer.css";
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import "@mantine/core/styles/PillsInput.layer.css";
import "@mantine/core/styles/Pill.layer.css";
import "@mantine/core/styles/NumberInput.layer.css";
import {
  type ActionIconProps,
  type ButtonProps,
  createTheme,
  type MantineColorsTuple,
  type SelectProps,
  type SwitchProps,
  type TextInputProps,
} from "@mantine/core";

/** The one accent. Green, amber and red mean health and nothing else. */
const iris: MantineColorsTuple = [
  "#f0f1fc",
  "#dfe2f8",
  "#bcc2f0",
  "#98a2f5",
  "#7885e6",
  "#5f6ddb",
  "#4a59cb",
  "#3f4db6",
  "#36429c",
  "#2b357d",
];

/** Mantine's own greys are warm; these are the ones of base.css, for what it draws itself. */
const dark: MantineColorsTuple = [
  "#e7e8ec",
  "#c4c7cf",
  "#9da2ae",
  "#767b88",
  "#3a3e49",
  "#2a2d35",
  "#1f2228",
  "#191b20",
  "#15171b",
  "#121317",
];

export const theme = createTheme({
  colors: { iris, dark },
  primaryColor: "iris",
  primaryShade: 6,
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "15px", xl: "18px" },
  respectReducedMotion: true,
  cursorType: "pointer",
  // By their names: components that stood here would be loaded with the first page.
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: 28 } satisfies ActionIconProps },
    Button: { defaultProps: { size: "xs", variant: "default" } satisfies ButtonProps },
    Select: { defaultProps: { size: "xs" } satisfies SelectProps },
    TextInput: { defaultProps: { size: "xs" } satisfies TextInputProps },
    Switch: { defaultProps: { size: "xs", withThumbIndicator: false } satisfies SwitchProps },
  },
});
