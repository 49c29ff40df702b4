import { expect, it } from "vitest";
import { mergeWorkers } from "../../../src-gateway/telemetry/metrics/merge-workers.ts";

const one = `# HELP a_total What a is.
# TYPE a_total counter
a_total{model="x, {y} \\"z\\""} 3
a_total{} 1
# HELP b What b is.
# TYPE b gauge
b 4.5
`;
const two = `# HELP a_total What a is.
# TYPE a_total counter
a_total{model="other"} 7
# HELP c What only the second has.
# TYPE c gauge
c NaN
`;

it("keeps every sample apart by its worker, and describes each family once", () => {
  const merged = mergeWorkers(
    new Map([
      [1, one],
      [2, two],
    ]),
  );
  expect(merged).toBe(`# HELP a_total What a is.
# TYPE a_total counter
a_total{worker="1",model="x, {y} \\"z\\""} 3
a_total{worker="1"} 1
a_total{worker="2",model="other"} 7
# HELP b What b is.
# TYPE b gauge
b{worker="1"} 4.5
# HELP c What only the second has.
# TYPE c gauge
c{worker="2"} NaN
`);
  expect(mergeWorkers(new Map())).toBe("");
});
