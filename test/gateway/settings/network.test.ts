import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";

const load = (env: Record<string, string>) =>
  loadSettings({ env: { TOKLIGENCE_DATA_DIR: "/nowhere", ...env }, argv: {}, cwd: "/nowhere", homeDir: "/nowhere" });

describe("proxies", () => {
  it("come from the usual variables, the small ones first, and from ALL_PROXY", () => {
    const { network } = load({
      HTTPS_PROXY: "http://big:1",
      https_proxy: "http://small:2",
      ALL_PROXY: "socks5://all:3",
      NO_PROXY: "a.example, b.example  c.example",
    });
    expect(network).toMatchObject({
      httpsProxy: "http://small:2",
      httpProxy: "socks5://all:3",
      noProxy: ["a.example", "b.example", "c.example"],
      mayAskSystem: false,
    });
    expect(load({}).network).toMatchObject({ httpsProxy: null, httpProxy: null, noProxy: [], mayAskSystem: true });
  });

  it("come from settings before variables, and none means none", () => {
    const env = { HTTPS_PROXY: "http://env:1", NO_PROXY: "x", TOKLIGENCE_NO_PROXY: "y" };
    expect(load({ ...env, TOKLIGENCE_HTTPS_PROXY: "own:3128" }).network).toMatchObject({
      httpsProxy: "http://own:3128",
      noProxy: ["y"],
    });
    expect(load({ ...env, TOKLIGENCE_HTTPS_PROXY: "none" }).network).toMatchObject({
      httpsProxy: null,
      mayAskSystem: false,
    });
    expect(load({ WAY: "http://u:pass-word@p:1", TOKLIGENCE_HTTPS_PROXY: "env:WAY" }).network.httpsProxy).toBe(
      "http://u:pass-word@p:1",
    );
  });

  it("show neither user nor password, and are refused without repeating them", () => {
    const { explained } = load({ TOKLIGENCE_HTTPS_PROXY: "http://ann:s3cret@p:1" });
    expect(explained.find(({ key }) => key === "https_proxy")?.value).toBe("http://(hidden)@p:1");
    for (const bad of ["ftp://ann:s3cret@p:1", "http://ann:%s3cret@p:1", "http://"]) {
      const refusal = ((): unknown => {
        try {
          return load({ HTTP_PROXY: bad });
        } catch (error) {
          return error;
        }
      })();
      expect(refusal).toBeInstanceOf(SettingsError);
      expect(String(refusal)).toMatch(/http_proxy: is no address of a proxy/);
      expect(String(refusal)).not.toContain("s3cret");
    }
  });
});
