/** The popover beside the tray's icon: where it is, when it is shown, and what its page learns and may do. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { popoverState } from "../../src-main/popover/popover-state.ts";
import { placePopover } from "../../src-main/window/place-popover.ts";
import { createPopoverKeeper, type PopoverKeeper } from "../../src-main/window/popover-keeper.ts";
import { createElectronStandIn, type ElectronStandIn } from "./electron-stand-in.ts";
import { arbitrarySnapshot, QUIET } from "./tray/snapshots.ts";

const size = { width: 340, height: 480 };
const mac = { bounds: { x: 0, y: 0, width: 1440, height: 900 }, workArea: { x: 0, y: 25, width: 1440, height: 875 } };
const windows = {
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1040 },
};

describe("the place of the popover", () => {
  it("is under an icon of a bar above, in its middle", () => {
    const icon = { x: 1000, y: 0, width: 24, height: 24 };
    expect(placePopover(icon, size, [mac])).toEqual({ x: 842, y: 30, ...size });
  });

  it("is above an icon of a bar below, and does not leave the display at its side", () => {
    const icon = { x: 1880, y: 1044, width: 24, height: 32 };
    expect(placePopover(icon, size, [windows])).toEqual({ x: 1580, y: 558, ...size });
  });

  it("is on the display that the icon is on", () => {
    const beside = { bounds: { ...mac.bounds, x: 1440 }, workArea: { ...mac.workArea, x: 1440 } };
    const icon = { x: 2000, y: 0, width: 24, height: 24 };
    expect(placePopover(icon, size, [mac, beside]).x).toBe(1842);
  });

  it("is always within what is free of a display, wherever the icon is said to be", () => {
    const number = fc.integer({ min: -5_000, max: 5_000 });
    const length = fc.integer({ min: 1, max: 4_000 });
    const area = fc.record({ x: number, y: number, width: length, height: length });
    fc.assert(
      fc.property(area, area, (icon, workArea) => {
        const { x, y, width, height } = placePopover(icon, size, [{ bounds: workArea, workArea }]);
        expect(x).toBeGreaterThanOrEqual(workArea.x);
        expect(y).toBeGreaterThanOrEqual(workArea.y);
        expect(x + width).toBeLessThanOrEqual(workArea.x + workArea.width);
        expect(y + height).toBeLessThanOrEqual(workArea.y + workArea.height);
      }),
    );
  });
});

interface Kept {
  electron: ElectronStandIn;
  keeper: PopoverKeeper;
  clock: { nowMs: number };
  home: { url: string | null };
}

function keep(idleMs = 600_000): Kept {
  const electron = createElectronStandIn();
  const clock = { nowMs: 10_000 };
  const home: Kept["home"] = { url: "http://127.0.0.1:8081/console/" };
  const keeper = createPopoverKeeper({
    electron: electron.parts,
    preloadPath: "/app/preload.cjs",
    consoleUrl: () => home.url,
    idleMs,
    nowMs: () => clock.nowMs,
  });
  return { electron, keeper, clock, home };
}
const icon = { x: 1000, y: 0, width: 24, height: 24 };

describe("the popover", () => {
  it("is made hidden before it is wanted, sandboxed, and shown by the next click as high as its page", () => {
    const { electron, keeper } = keep();
    keeper.prepare();
    const window = electron.windows[0]!;
    keeper.fit(480);
    expect([window.url, window.calls]).toEqual(["http://127.0.0.1:8081/console/#/popover", []]);
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    });
    expect(keeper.toggle(icon)).toBe(true);
    expect(window.calls).toEqual(["show", "focus"]);
    expect(window.bounds).toEqual({ x: 842, y: 30, width: 340, height: 480 });
    keeper.fit(9_000);
    expect(window.bounds.height).toBe(560);
    expect(electron.windows).toHaveLength(1);
  });

  it("is not shown before its page is drawn", () => {
    const { electron, keeper } = keep();
    keeper.toggle(icon);
    expect(electron.windows[0]?.calls).toEqual([]);
    keeper.fit(300);
    expect(electron.windows[0]?.calls).toEqual(["show", "focus"]);
  });

  it("hides when somebody looks elsewhere, and is not shown again by the click that took the focus away", () => {
    const { electron, keeper, clock } = keep();
    keeper.toggle(icon);
    keeper.fit(300);
    const window = electron.windows[0]!;
    window.emit("blur");
    expect(window.isVisible).toBe(false);
    clock.nowMs += 20;
    keeper.toggle(icon);
    expect(window.isVisible).toBe(false);
    clock.nowMs += 1_000;
    keeper.toggle(icon);
    expect(window.isVisible).toBe(true);
    keeper.toggle(icon);
    expect(window.isVisible).toBe(false);
  });

  it("goes nowhere else, and hides instead of closing until the app ends", () => {
    const { electron, keeper } = keep();
    keeper.prepare();
    const window = electron.windows[0]!;
    expect([window.navigate("https://example.com/"), window.navigate("file:///etc/passwd")]).toEqual([false, false]);
    window.close();
    expect(window.isDestroyed).toBe(false);
    keeper.release();
    expect([window.isDestroyed, keeper.isAlive()]).toEqual([true, false]);
    keeper.prepare();
    expect(electron.windows).toHaveLength(1);
  });

  it("lets go of its renderer when nobody has looked for a while, and makes another one for the next click", async () => {
    const { electron, keeper } = keep(5);
    keeper.prepare();
    await expect.poll(() => electron.windows[0]?.isDestroyed).toBe(true);
    keeper.toggle(icon);
    keeper.fit(300);
    expect(electron.windows[1]?.isVisible).toBe(true);
  });

  it("is another one for a gateway on another port, and none while no gateway runs", () => {
    const { electron, keeper, home } = keep();
    keeper.prepare();
    home.url = "http://127.0.0.1:9000/console/";
    keeper.prepare();
    expect(electron.windows.map(({ url, isDestroyed }) => [new URL(url).port, isDestroyed])).toEqual([
      ["8081", true],
      ["9000", false],
    ]);
    home.url = null;
    expect(keeper.toggle(icon)).toBe(false);
  });
});

describe("what the popover is told", () => {
  it("is made of the same facts as the tray, whatever they are", () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        const state = popoverState(snapshot, null);
        expect(state.providers.map(({ id }) => id)).toEqual(snapshot.providers.map(({ id }) => id));
        expect(JSON.stringify(popoverState(structuredClone(snapshot), null))).toBe(JSON.stringify(state));
      }),
    );
  });

  it("counts today's requests with the provider that they went to", () => {
    const glance = {
      requests: 4,
      failures: 1,
      hoursNano: [1],
      providers: { openai: { requests: 3, failures: 1 } },
      agents: [{ name: "codex", requests: 4, costNano: 7 }],
    };
    const providers = [
      { id: "openai", isDown: false },
      { id: "other", isDown: true },
    ];
    expect(popoverState({ ...QUIET, providers }, glance)).toMatchObject({
      state: "running",
      glance: { requests: 4, failures: 1, agents: [{ name: "codex" }] },
      providers: [
        { id: "openai", requests: 3, failures: 1 },
        { id: "other", isDown: true, requests: 0, failures: 0 },
      ],
    });
  });
});
