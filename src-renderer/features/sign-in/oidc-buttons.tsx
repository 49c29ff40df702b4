import { Button } from "@mantine/core";
import { useState } from "react";
import { AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import { useGateway } from "../../api/gateway-context.tsx";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";

/** One for each provider; the whole window goes there, and comes back signed in. */
export function OidcButtons({ providers }: { providers: readonly { id: string; name: string }[] }) {
  const { connection } = useGateway();
  const [problem, setProblem] = useState<string | null>(null);
  const [leavingFor, setLeavingFor] = useState<string | null>(null);
  const go = (id: string): void => {
    setLeavingFor(id);
    setProblem(null);
    connection.call("startOidc", { params: { id } }).then(
      ({ url }) => location.assign(url),
      (error: unknown) => {
        setLeavingFor(null);
        setProblem(error instanceof AdminError ? error.message : t("sign-in:unreachable"));
      },
    );
  };
  return (
    <>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {providers.map(({ id, name }) => (
        <Button key={id} size="sm" loading={leavingFor === id} onClick={() => go(id)}>
          {t("sign-in:oidc", { name })}
        </Button>
      ))}
    </>
  );
}
