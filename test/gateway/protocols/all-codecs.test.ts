import { PROVIDER_WIRES } from "../../../src-gateway/ir/protocol.ts";
import { describeCodec } from "../../suites/codec.suite.ts";

for (const wire of PROVIDER_WIRES) describeCodec(wire);
