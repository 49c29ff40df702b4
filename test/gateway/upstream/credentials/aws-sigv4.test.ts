import { describe, expect, it } from "vitest";
import { type AwsRequest, signAwsRequest } from "../../../../src-gateway/upstream/credentials/aws-sigv4.ts";

// Key pair, time and the first four signatures are those of AWS's published examples; the others were computed by AWS's own SDK.
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const example = (more: Partial<AwsRequest>): AwsRequest => ({
  method: "POST",
  url: "https://example.amazonaws.com/",
  headers: {},
  body: [],
  region: "us-east-1",
  service: "service",
  credentials,
  now: new Date("2015-08-30T12:36:00.789Z"),
  ...more,
});
const bedrock = example({
  url: "https://bedrock-runtime.eu-west-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fx/converse-stream",
  headers: {
    "content-type": "application/json",
    accept: "application/vnd.amazon.eventstream",
    "X-Amz-Example": " a   b ",
  },
  body: [Buffer.from('{"messages"'), Buffer.from(":[]}")],
  region: "eu-west-1",
  service: "bedrock",
});

describe("the signature of a request to AWS", () => {
  it.each<[string, AwsRequest, string, string]>([
    [
      "a plain request",
      example({ method: "GET" }),
      "host;x-amz-date",
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ],
    [
      "another method",
      example({}),
      "host;x-amz-date",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ],
    [
      "a query out of order",
      example({ method: "GET", url: "https://example.amazonaws.com/?Param2=value2&Param1=value1" }),
      "host;x-amz-date",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    [
      "a body with its type",
      example({
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: [Buffer.from("Param1=value1")],
      }),
      "content-type;host;x-amz-date",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
    [
      "a query that is encoded and has a name twice",
      example({ method: "GET", url: "https://example.amazonaws.com/?b=%20x%2By&a=1&a=0&%C3%A9=(1)" }),
      "host;x-amz-date",
      "01283c22cacab1df38271079e05b02740156f7ca11cffac8bec05fbdf0249856",
    ],
    [
      "credentials that expire",
      example({ credentials: { ...credentials, sessionToken: "session/token+example==" } }),
      "host;x-amz-date;x-amz-security-token",
      "c6402dd1a39aa535d6e11e3b3fe96990906378938002640b7da798ca91bd28c3",
    ],
    [
      "a model named by an ARN, with a body in pieces",
      bedrock,
      "content-type;host;x-amz-date;x-amz-example",
      "fc9217cc3ee34b7f58227811b15073fce658c67cbeaba1e0b547a04e3a45b688",
    ],
  ])("is AWS's for %s", (_, request, names, signature) => {
    const scope = `20150830/${request.region}/${request.service}/aws4_request`;
    expect(signAwsRequest(request)["authorization"]).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  it("comes with the headers of the request and what belongs to it, and never with the secret", () => {
    const headers = signAwsRequest({ ...bedrock, credentials: { ...credentials, sessionToken: "st" } });
    expect(headers).toEqual({
      ...bedrock.headers,
      "x-amz-date": "20150830T123600Z",
      "x-amz-security-token": "st",
      authorization: expect.stringContaining("Signature="),
    });
    expect(JSON.stringify(headers)).not.toContain(credentials.secretAccessKey);
  });

  it("replaces what a request brought along under its names", () => {
    const stale = { Authorization: "Bearer x", "X-Amz-Date": "20140101T000000Z", "X-Amz-Security-Token": "old" };
    expect(signAwsRequest(example({ headers: stale }))).toEqual(signAwsRequest(example({})));
  });

  it("holds whatever happens to headers that are not signed, and for nothing else", () => {
    const signature = (request: AwsRequest) => signAwsRequest(request)["authorization"];
    const original = signature(bedrock);
    expect(signature({ ...bedrock, headers: { ...bedrock.headers, "user-agent": "x", accept: "*/*" } })).toBe(original);
    expect(signature({ ...bedrock, body: [Buffer.from('{"messages":[]}')] })).toBe(original);
    const changes: Partial<AwsRequest>[] = [
      { body: [Buffer.from('{"messages":[ ]}')] },
      { url: bedrock.url.replace("converse-stream", "converse") },
      { headers: { ...bedrock.headers, "content-type": "text/plain" } },
      { now: new Date("2015-08-30T12:36:01Z") },
      { region: "eu-west-2" },
      { method: "PUT" },
    ];
    for (const change of changes) expect(signature({ ...bedrock, ...change })).not.toBe(original);
  });
});
