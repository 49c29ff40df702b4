/** The popover of the whole app on macOS, with a real gateway between real sockets. */
import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PopoverState } from "../../src-main/popover/popover-state.ts";
import { type AppClient, type AppWorld, createAppWorld, shows } from "./app-world.ts";
import type { ElectronStandIn, StandInTray, StandInWindow } from "./electron-stand-in.ts";

let world: AppWorld;
let electron: ElectronStandIn;
let client: AppClient;
let popover: StandInWindow;
let tray: StandInTray;

async function start(config: object = {}, env: NodeJS.ProcessEnv = {}): Promise<void> {
  client = await world.start({ args: ["--hidden"], platform: "darwin", config, env });
  await shows(() => expect(electron.windows).toHaveLength(1));
  popover = electron.windows[0]!;
  tray = electron.trays[0]!;
  await popover.invoke("popover:fit", 420);
}
beforeEach(async () => {
  world = await createAppWorld();
  electron = world.electron;
});
afterEach(() => world.stop());

const act = (action: object): Promise<unknown> => popover.invoke("popover:act", action);
/** What its page was told last. */
const told = (): PopoverState | undefined => popover.sent.at(-1)?.value as PopoverState | undefined;

/** Where connections go while something is done; those to a socket in a folder do not count as going anywhere. */
async function connectionsDuring(done: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  const spy = vi.spyOn(Socket.prototype, "connect").mockImplementation(function (this: Socket, ...args: unknown[]) {
    const [options] = (Array.isArray(args[0]) ? args[0] : args) as [{ path?: string; host?: string; port?: number }];
    if (options.path === undefined || options.path === null) seen.push(`${options.host}:${options.port}`);
    return connect.apply(this, args as never);
  });
  try {
    await done();
  } finally {
    spy.mockRestore();
  }
  return seen;
}
const connect = Socket.prototype.connect;

describe("the popover of the app", () => {
  it("is made when the app starts, and shown by a click on the icon; the other button shows the menu", async () => {
    await start();
    expect(popover.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/console\/#\/popover$/);
    expect(popover.isVisible).toBe(false);
    tray.emit("click");
    expect(popover.isVisible).toBe(true);
    const shown = tray.poppedUp.length;
    tray.emit("right-click");
    expect([tray.poppedUp.length, tray.menu]).toEqual([shown + 1, null]);
  });

  it("shows what the gateway did today, as it happens", async () => {
    await start();
    await world.textOf(client);
    await shows(() =>
      expect(told()).toMatchObject({
        state: "running",
        url: client.url,
        today: { tokens: 7 },
        glance: { requests: 1, failures: 0, agents: [{ requests: 1 }] },
        providers: [
          { id: "one", isDown: false, requests: 1 },
          { id: "two", isDown: false, requests: 0 },
        ],
        providerInUse: "one",
      }),
    );
    expect(await popover.invoke("popover:get")).toEqual(told());
    expect(JSON.stringify(popover.sent)).not.toContain(client.key);
    // A page that is hidden is not woken for what it knows.
    const texts = popover.sent.map(({ value }) => JSON.stringify(value));
    expect(texts.filter((text, place) => text === texts[place - 1])).toEqual([]);
  });

  it("switches for the next request and leaves an open stream alone, pauses, resumes, and opens pages", async () => {
    await start();
    const halves = world.streamByHalves();
    const open = await world.ask(client, { stream: true });
    expect(await act({ do: "use", provider: "two" })).toEqual({ problem: null });
    expect(await world.textOf(client)).toBe("from two");
    halves.finish();
    expect(await open.text()).toContain("[DONE]");
    await shows(() => expect(told()?.providerInUse).toBe("two"));

    await act({ do: "pause" });
    expect((await world.ask(client)).status).toBe(503);
    await shows(() => expect(told()?.state).toBe("paused"));
    await act({ do: "resume" });
    expect((await world.ask(client)).status).toBe(200);

    tray.emit("click");
    await act({ do: "open", page: "requests" });
    expect([popover.isVisible, electron.windows[1]?.url]).toEqual([false, expect.stringContaining("#code=")]);
  });

  it("says what the gateway has against it", async () => {
    await start();
    expect(await act({ do: "use", provider: "nobody" })).toEqual({ problem: expect.stringContaining("nobody") });
  });

  it("connects to nobody when it is shown or when something in it is clicked", async () => {
    await start();
    const clicks = async (): Promise<void> => {
      tray.emit("click");
      expect(popover.isVisible).toBe(true);
      await act({ do: "use", provider: "two" });
      await act({ do: "use", provider: null });
      await act({ do: "pause" });
      await act({ do: "resume" });
      for (const id of ["use:two", "pause", "copy:exports"]) world.item(id).choose();
      await shows(() => expect(electron.clipboard).toHaveLength(1));
      await world.showsItem("resume");
    };
    expect(await connectionsDuring(clicks)).toEqual([]);
    // The measure would have seen one.
    expect(await connectionsDuring(() => world.ask(client))).toEqual([`127.0.0.1:${new URL(client.url).port}`]);
  });

  it("is answered to its own window only, and with what is declared only", async () => {
    await start();
    electron.secondInstance(["app"]);
    await shows(() => expect(electron.windows).toHaveLength(2));
    const console = electron.windows[1]!;
    await expect(console.invoke("popover:act", { do: "quit" })).rejects.toThrow("own window");
    await expect(popover.invoke("preferences:get")).rejects.toThrow("own window");
    for (const sent of [{ do: "copy", what: "key" }, { do: "open", page: "../x" }, { do: "use" }, "quit", null])
      await expect(popover.invoke("popover:act", sent)).rejects.toThrow("does not take");
    await expect(popover.invoke("popover:fit", 1.5)).rejects.toThrow("does not take");
    expect(electron.quits).toBe(0);
  });

  it("shows the menu instead while no gateway can be reached", async () => {
    await start();
    const shown = tray.poppedUp.length;
    // The computer wakes up, and whatever listened is gone.
    vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new TypeError("fetch failed"));
    electron.power("resume");
    await shows(() => expect(tray.icon).toContain("tray-error"));
    tray.emit("click");
    expect([popover.isVisible, tray.poppedUp.length]).toEqual([false, shown + 1]);
  });
});

describe("budgets of the gateway", () => {
  const budgets = [
    { id: "week", per: "global", limit: 70, unit: "requests", window: "week" },
    { id: "today", per: "global", limit: 3, unit: "requests", window: "day" },
  ];

  it("give the percent beside the icon, the bar of the popover, and notices: of the one that is nearest to its end", async () => {
    await start({ budgets });
    world.item("title:budget").choose();
    await world.textOf(client);
    await shows(() => expect(tray.title).toBe("33 %"));
    expect(told()?.budget).toMatchObject({
      name: "today",
      isStopped: false,
      amounts: { spent: 1, limit: 3, unit: "requests" },
    });
    expect(Math.floor(told()?.budget?.percent ?? 0)).toBe(33);
    world.item("title:tokens").choose();
    // The request may count in the budget a moment before its row is among the sums.
    await shows(() => expect(tray.title).toBe("7"));
    world.item("title:spend").choose();
    expect(tray.title).toBe("$0.00");
    world.item("title:none").choose();
    expect(tray.title).toBe("");
    for (let asked = 1; asked < 3; asked += 1) await world.ask(client);
    await shows(() =>
      expect(electron.notifications.map(({ title }) => title)).toContain("The budget today is used up"),
    );
    expect([told()?.state, tray.icon]).toEqual(["stopped", expect.stringContaining("tray-stopped")]);
  });
});

describe("a provider that does not answer any more", () => {
  it("is told of by a notice and by the popover", async () => {
    const two = { id: "two", kind: "openai-compatible", base_url: `${world.providers.two.url}/v1`, models: ["m"] };
    // Nothing listens on port 9.
    const gone = { ...two, id: "one", base_url: "http://127.0.0.1:9/v1" };
    await start({ providers: [gone, two] }, { TOKLIGENCE_CIRCUIT_FAILURES: "1" });
    expect((await world.ask(client, { model: "safe" })).status).toBe(200);
    await shows(() => expect(electron.notifications.map(({ title }) => title)).toContain("one does not answer"));
    expect(told()?.providers).toMatchObject([
      { id: "one", isDown: true },
      { id: "two", isDown: false },
    ]);
  });
});
