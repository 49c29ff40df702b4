import { Button, Switch } from "@mantine/core";
import { useState } from "react";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";

/** Keys that lie about in variables and files; only who may change the configuration is asked. */
export function FoundKeys({ onMoved }: { onMoved: () => void }) {
  const session = useSessionState();
  const mayMove = session.phase === "signed-in" && session.user.role === "root_admin";
  return mayMove ? <List onMoved={onMoved} /> : null;
}

function List({ onMoved }: { onMoved: () => void }) {
  const found = useQuery("found keys", (client) => client.call("findKeys"));
  const [isOpen, setOpen] = useState(false);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const moving = useAction((client, ids: string[]) => client.call("moveKeys", { body: { ids } }));
  const keys = found.value ?? [];
  if (keys.length === 0) return null;
  const picked = keys.filter(({ id }) => !left.has(id)).map(({ id }) => id);
  const move = async (): Promise<void> => {
    const moved = await moving.run(picked);
    if (moved === null) return;
    showToast({ text: t("providers:found.moved", { count: moved.length }) });
    found.reload();
    onMoved();
  };
  const choose = (id: string, isPicked: boolean): void => {
    const next = new Set(left);
    if (isPicked) next.delete(id);
    else next.add(id);
    setLeft(next);
  };
  return (
    <section
      className="panel panel-body stack found-keys"
      aria-label={t("providers:found.title", { count: keys.length })}
    >
      <div className="found-head">
        <div>
          <p>{t("providers:found.title", { count: keys.length })}</p>
          <p className="soft small">{t("providers:found.text")}</p>
        </div>
        {!isOpen && <Button onClick={() => setOpen(true)}>{t("providers:found.show")}</Button>}
      </div>
      {isOpen && (
        <>
          <ul className="stack">
            {keys.map(({ id, provider, where, inUse }) => (
              <li key={id} className="found-key">
                <Switch
                  aria-label={t("providers:found.choose", { provider })}
                  checked={!left.has(id)}
                  onChange={(event) => choose(id, event.currentTarget.checked)}
                />
                <span>{provider}</span>
                <code className="cut">{where}</code>
                <span className="soft small">{t(inUse ? "providers:found.used" : "providers:found.unused")}</span>
              </li>
            ))}
          </ul>
          {moving.problem !== null && <Notice tone="bad">{moving.problem}</Notice>}
          <div>
            <Button
              variant="filled"
              disabled={picked.length === 0}
              loading={moving.isRunning}
              onClick={() => void move()}
            >
              {t("providers:found.move")}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
