import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkAmong, parseDeepLink } from "../../src-main/links/parse-deep-link.ts";
import { createNoticeLimiter } from "../../src-main/notices/notice-limiter.ts";
import { noticesBetween } from "../../src-main/notices/notices-between.ts";
import { readLsof, readNetstat } from "../../src-main/system/port-owner.ts";
import { fitWindow, MIN_SIZE } from "../../src-main/window/fit-window.ts";
import { arbitrarySnapshot, QUIET } from "./tray/snapshots.ts";

describe("a deep link", () => {
  it.each([
    ["tokligence://open/requests", { intent: "open", page: "requests" }],
    ["tokligence://use/deepseek", { intent: "use", provider: "deepseek" }],
    [
      "tokligence://add/provider?id=my-llm&kind=openai-compatible&base_url=https%3A%2F%2Fllm.example%2Fv1",
      { intent: "add", provider: { id: "my-llm", kind: "openai-compatible", baseUrl: "https://llm.example/v1" } },
    ],
    [
      "tokligence://add/provider?id=here&kind=ollama&base_url=http://localhost:11434/v1",
      { intent: "add", provider: { id: "here", kind: "ollama", baseUrl: "http://localhost:11434/v1" } },
    ],
    [
      "tokligence://add/provider?id=d&kind=deepseek",
      { intent: "add", provider: { id: "d", kind: "deepseek", baseUrl: null } },
    ],
  ])("%s is understood", (text, link) => expect(parseDeepLink(text)).toEqual(link));

  it.each([
    "",
    "tokligence:",
    "tokligence://",
    "https://use/deepseek",
    "TOKLIGENCE://use/deepseek",
    "tokligence://open/nowhere",
    "tokligence://open/requests?x=1",
    "tokligence://use/../../x",
    "tokligence://use/a/b",
    "tokligence://use/Deep%20Seek",
    "tokligence://use/deepseek#x",
    "tokligence://use/deepseek\n",
    "tokligence://user@use/deepseek",
    "tokligence://add/provider?id=a&kind=b&key=sk-secret",
    "tokligence://add/provider?id=a&id=c&kind=b",
    "tokligence://add/provider?id=a",
    "tokligence://add/provider?id=a&kind=b&base_url=http://llm.example/v1",
    "tokligence://add/provider?id=a&kind=b&base_url=https://u:p@llm.example/v1",
    "tokligence://add/provider?id=a&kind=b&base_url=https://llm.example/v1?key=1",
    "tokligence://add/provider?id=a&kind=b&base_url=file:///etc/passwd",
    `tokligence://use/${"a".repeat(65)}`,
    `tokligence://add/provider?id=a&kind=b&base_url=https://x/${"y".repeat(2_000)}`,
  ])("%j is not", (text) => expect(parseDeepLink(text)).toBeNull());

  it("never throws, and gives nothing that was not written in it", () => {
    const words = fc.constantFrom(
      "tokligence://",
      "use/",
      "add/provider?",
      "id=",
      "kind=",
      "&",
      "base_url=",
      "https://",
      "a",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.oneof(words, fc.string())).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (link) => {
        const read = parseDeepLink(link);
        const saysWhatIsRead =
          read === null ||
          (read.intent === "use" && link === `tokligence://use/${read.provider}${link.endsWith("/") ? "/" : ""}`) ||
          (read.intent === "add" && decodeURIComponent(link.replaceAll("+", " ")).includes(read.provider.id)) ||
          (read.intent !== "use" && read.intent !== "add");
        expect(saysWhatIsRead).toBe(true);
      }),
    );
  });

  it("is found among the arguments of a start, whatever stands around it", () => {
    expect(linkAmong(["--hidden", "tokligence://use/a", "tokligence://use/b"])).toBe("tokligence://use/a");
    expect(linkAmong(["--url=tokligence://use/a", "https://x"])).toBeNull();
  });
});

describe("a window", () => {
  const laptop = { x: 0, y: 0, width: 1440, height: 860 };
  const beside = { x: 1440, y: 0, width: 2560, height: 1400 };
  const kept = { x: 1600, y: 100, width: 1300, height: 900, isMaximized: false };

  it("comes back where it was, while that display is there", () => {
    expect(fitWindow(kept, [laptop, beside])).toEqual({ x: 1600, y: 100, width: 1300, height: 900 });
  });

  it("is put where the system wants it when its display is gone, no larger than there is room", () => {
    expect(fitWindow(kept, [laptop])).toEqual({ width: 1300, height: 860 });
    expect(fitWindow(null, [laptop])).toEqual({ width: 1200, height: 800 });
  });

  it("can always be caught", () => {
    const number = fc.integer({ min: -10_000, max: 10_000 });
    const size = fc.integer({ min: 1, max: 10_000 });
    const area = fc.record({ x: number, y: number, width: size, height: size });
    fc.assert(
      fc.property(area, fc.array(area, { maxLength: 3 }), (window, displays) => {
        const { x, y, width, height } = fitWindow({ ...window, isMaximized: false }, displays);
        expect(width).toBeGreaterThanOrEqual(MIN_SIZE.width);
        expect(height).toBeGreaterThanOrEqual(MIN_SIZE.height);
        if (x === undefined || y === undefined) return;
        expect(displays.some((each) => y >= each.y && y < each.y + each.height && x < each.x + each.width)).toBe(true);
      }),
    );
  });
});

describe("notices", () => {
  it("say nothing of what is as it was", () => {
    fc.assert(
      fc.property(arbitrarySnapshot, (snapshot) => {
        expect(noticesBetween(snapshot, structuredClone(snapshot))).toEqual([]);
      }),
    );
  });

  it("tell of a provider that goes down, of each step of a budget once, and of an update", () => {
    const down = { ...QUIET, providers: [{ id: "openai", isDown: true }] };
    expect(noticesBetween(QUIET, down).map(({ about }) => about)).toEqual(["down:openai"]);
    expect(noticesBetween(down, QUIET)).toEqual([]);
    const at = (percent: number, isStopped = false) => ({ ...QUIET, budget: { name: "b", percent, isStopped } });
    const steps = [70, 81, 85, 90, 99, 100].map(
      (percent, step, all) => noticesBetween(at(all[step - 1] ?? 0), at(percent)).length,
    );
    expect(steps).toEqual([0, 1, 0, 1, 0, 1]);
    expect(noticesBetween(at(99), at(100, true)).map(({ about }) => about)).toEqual(["stopped:b"]);
    const update = { version: "2.0.0", isStaged: false };
    expect(noticesBetween(QUIET, { ...QUIET, update }).map(({ title }) => title)).toEqual([
      "Version 2.0.0 is available",
    ]);
  });

  it("are not repeated in a while, and never many in a minute", () => {
    let nowMs = 0;
    const may = createNoticeLimiter(() => nowMs);
    const notice = (about: string) => ({ about, title: "", body: "", page: "overview" as const });
    expect(["a", "a", "b", "c", "d"].map((about) => may(notice(about)))).toEqual([true, false, true, true, false]);
    nowMs = 61_000;
    expect(["a", "d"].map((about) => may(notice(about)))).toEqual([false, true]);
    nowMs = 600_000;
    expect(may(notice("a"))).toBe(true);
  });
});

describe("the owner of a port", () => {
  it("is read from what lsof says", () => {
    expect(readLsof("p812\ncnode\nf21\n")).toEqual({ pid: 812, name: "node" });
    expect(readLsof("")).toBeNull();
  });

  it("is read from what netstat says in any language", () => {
    const text =
      "Aktive Verbindungen\r\n\r\n  TCP    127.0.0.1:8081    127.0.0.1:5000    HERGESTELLT    7\r\n  TCP    127.0.0.1:8081    0.0.0.0:0    ABHÖREN    4242\r\n";
    expect(readNetstat(text, 8081)).toBe(4242);
    expect(readNetstat(text, 81)).toBeNull();
  });
});
