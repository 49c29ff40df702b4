import { Button, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { saveBlob } from "../../components/save-file.ts";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";

const MIN_LENGTH = 12;

export function ExportGateway() {
  const [passphrase, setPassphrase] = useState("");
  const [again, setAgain] = useState("");
  const writing = useAction((client, given: string) =>
    client.call("exportGateway", { body: given === "" ? {} : { passphrase: given } }),
  );
  const missing = passphrase === "" ? 0 : Math.max(0, MIN_LENGTH - passphrase.length);
  const differs = passphrase !== again;
  const save = async (): Promise<void> => {
    const file = await writing.run(passphrase);
    if (file === null) return;
    saveBlob(file.fileName, new Blob([fromBase64(file.content)], { type: "application/octet-stream" }));
    setPassphrase("");
    setAgain("");
    showToast({ text: t("settings:transfer.saved", { file: file.fileName }) });
  };
  return (
    <form
      className="panel panel-body stack transfer-form"
      aria-label={t("settings:transfer.out")}
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === 0 && !differs) void save();
      }}
    >
      <h2>{t("settings:transfer.out")}</h2>
      <p className="soft">{t("settings:transfer.outText")}</p>
      <PasswordInput
        label={t("settings:transfer.passphrase")}
        description={t("settings:transfer.passphraseHint")}
        autoComplete="new-password"
        value={passphrase}
        onChange={(event) => setPassphrase(event.currentTarget.value)}
        error={missing > 0 && t("settings:transfer.short", { count: missing })}
      />
      {passphrase !== "" && (
        <PasswordInput
          label={t("settings:transfer.again")}
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={again !== "" && differs && t("settings:transfer.differ")}
        />
      )}
      {writing.problem !== null && <Notice tone="bad">{writing.problem}</Notice>}
      <div>
        <Button type="submit" variant="filled" disabled={missing > 0 || differs} loading={writing.isRunning}>
          {t("settings:transfer.save")}
        </Button>
      </div>
    </form>
  );
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);
