import "./sheet.css";
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
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size={isWide ? 860 : 520}
      centered
      transitionProps={{ duration: 100 }}
    >
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Mantine's own head, which would be a second banner of the page. */}
        <div className="sheet-head">
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("kit:close")} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
