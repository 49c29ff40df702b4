import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { t } from "../i18n/t.ts";

/** A dialog over the page: one subject, closed with Escape, and the focus returns to where it came from. */
export function Sheet({
  title,
  isOpen,
  onClose,
  isWide = false,
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  isWide?: boolean;
  children: ReactNode;
}) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size={isWide ? 860 : 520}
      centered
      transitionProps={{ duration: 100 }}
      closeButtonProps={{ "aria-label": t("kit:close") }}
    >
      {children}
    </Modal>
  );
}
