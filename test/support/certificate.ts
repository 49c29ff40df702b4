/** A certificate for `localhost`, or another name, that nobody but its holder has signed, made on the spot: none lies in the tree to expire. */
import { generateKeyPairSync, sign } from "node:crypto";

export interface TestCertificate {
  /** PEM, both. */
  key: string;
  cert: string;
}

export function makeCertificate(host = "localhost"): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = sequence(der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const name = sequence(der(0x31, sequence(der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from(host)))));
  const time = (offsetMs: number): Buffer => {
    const text = new Date(Date.now() + offsetMs).toISOString().replace(/\D/g, "").slice(0, 14);
    return der(0x18, Buffer.from(`${text}Z`));
  };
  const extension = (oid: string, value: Buffer): Buffer =>
    sequence(der(0x06, Buffer.from(oid, "hex")), der(0x04, value));
  const names = sequence(der(0x82, Buffer.from(host)), der(0x87, Buffer.from([127, 0, 0, 1])));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(time(-86_400_000), time(86_400_000)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension("551d11", names), extension("551d13", sequence(der(0x01, Buffer.from([255])))))),
  );
  const signature = sign("sha256", content, privateKey);
  const whole = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
