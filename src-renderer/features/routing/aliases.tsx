import { ActionIcon, Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { Icon } from "../../components/icon.tsx";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";

/** Other names of models. */
export function Aliases({ configuration }: { configuration: Configuration }) {
  const { value, change } = configuration;
  const remove = (alias: string, earlier: string): void => {
    const path = ["aliases", alias];
    void change.run({
      operations: [{ op: "remove", path }],
      undo: [{ op: "set", path, value: earlier }],
      message: t("routing:aliasRemoved", { name: alias }),
      supposed: {
        ...value,
        aliases: Object.fromEntries(Object.entries(value.aliases).filter(([each]) => each !== alias)),
      },
    });
  };
  return (
    <section className="panel" aria-labelledby="aliases">
      <div className="panel-head">
        <h2 id="aliases">{t("routing:aliases")}</h2>
      </div>
      <div className="panel-body stack">
        <p className="soft small">{t("routing:aliasesText")}</p>
        <ul className="aliases">
          {Object.entries(value.aliases).map(([alias, to]) => (
            <li key={alias}>
              <code className="cut">{alias}</code>
              <span aria-hidden="true">→</span>
              <code className="cut">{to}</code>
              <ActionIcon aria-label={t("routing:removeThing", { name: alias })} onClick={() => remove(alias, to)}>
                <Icon name="close" />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <NewAlias configuration={configuration} />
      </div>
    </section>
  );
}

function NewAlias({ configuration: { value, change } }: { configuration: Configuration }) {
  const [name, setName] = useState("");
  const [model, setModel] = useState("");
  const add = async (): Promise<void> => {
    const path = ["aliases", name.trim()];
    const earlier = value.aliases[name.trim()];
    const done = await change.run({
      operations: [{ op: "set", path, value: model.trim() }],
      undo: [earlier === undefined ? { op: "remove", path } : { op: "set", path, value: earlier }],
      message: t("routing:aliasAdded", { name: name.trim() }),
    });
    if (done === null) return;
    setName("");
    setModel("");
  };
  return (
    <form
      className="alias-form"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <TextInput
        label={t("routing:alias")}
        value={name}
        spellCheck={false}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t("routing:aliasOf")}
        value={model}
        spellCheck={false}
        onChange={(event) => setModel(event.currentTarget.value)}
      />
      <Button type="submit" disabled={name.trim() === "" || model.trim() === ""} loading={change.isRunning}>
        {t("routing:addAlias")}
      </Button>
    </form>
  );
}
