/**
 * Counters, histograms and gauges, and their text for Prometheus. Small on purpose: a series is looked up once and then
 * kept by whoever counts, so that a request costs additions and no hashing of labels; amounts of money are whole numbers, so
 * that their sum is exact.
 */
import { Count, type CountedValue, Histogram, NanoUsd } from "./values.ts";

export type MetricType = "counter" | "gauge" | "histogram";

export interface HistogramState {
  /** Per bucket, not summed up; one more than there are bounds. */
  counts: number[];
  count: number;
  /** In seconds. */
  sum: number;
}

export interface Sample {
  labels: readonly string[];
  value: number;
  histogram?: HistogramState;
}

export interface MetricSnapshot {
  name: string;
  help: string;
  type: MetricType;
  labelNames: readonly string[];
  /** Upper bounds in seconds. */
  bounds: readonly number[];
  samples: Sample[];
}

interface Family {
  readonly name: string;
  readonly type: MetricType;
  snapshot(): MetricSnapshot;
  lines(): Iterable<string>;
}

export class MetricRegistry {
  private readonly families: Family[] = [];

  counter(name: string, help: string, labelNames: readonly string[] = []): CounterFamily<Count> {
    return this.add(new CounterFamily(name, help, labelNames, () => new Count()));
  }

  /** Counts in nano-USD, and tells dollars. */
  money(name: string, help: string, labelNames: readonly string[]): CounterFamily<NanoUsd> {
    return this.add(new CounterFamily(name, help, labelNames, () => new NanoUsd()));
  }

  /** @param bounds in seconds. */
  histogram(name: string, help: string, labelNames: readonly string[], bounds: readonly number[]): HistogramFamily {
    return this.add(new HistogramFamily(name, help, labelNames, bounds));
  }

  /** Read when somebody asks. `counter` where the value never falls. */
  read(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<readonly [...labels: string[], value: number]>,
    type: "gauge" | "counter" = "gauge",
  ): void {
    this.add(new ReadFamily(name, help, type, labelNames, read));
  }

  snapshot(): MetricSnapshot[] {
    return this.families.map((family) => family.snapshot());
  }

  /** In the text format 0.0.4. */
  text(): string {
    const lines: string[] = [];
    for (const family of this.families) lines.push(...family.lines());
    return `${lines.join("\n")}\n`;
  }

  private add<Kind extends Family>(family: Kind): Kind {
    this.families.push(family);
    return family;
  }
}

abstract class Labelled<Series> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  protected readonly series = new Map<string, { labels: readonly string[]; text: string; state: Series }>();

  constructor(name: string, help: string, labelNames: readonly string[]) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
  }

  /** The series with these values; to be kept by whoever counts often. */
  with(...labels: string[]): Series {
    const key = labels.join("\u0000");
    let found = this.series.get(key);
    if (!found) {
      found = { labels, text: labelText(this.labelNames, labels), state: this.create() };
      this.series.set(key, found);
    }
    return found.state;
  }

  protected abstract create(): Series;
}

export class CounterFamily<Value extends CountedValue> extends Labelled<Value> implements Family {
  readonly type = "counter";
  private readonly make: () => Value;

  constructor(name: string, help: string, labelNames: readonly string[], make: () => Value) {
    super(name, help, labelNames);
    this.make = make;
  }

  protected create(): Value {
    return this.make();
  }

  snapshot(): MetricSnapshot {
    const samples = [...this.series.values()].map(({ labels, state }) => ({ labels, value: state.value }));
    return { ...head(this), bounds: [], samples };
  }

  *lines(): Iterable<string> {
    yield* headLines(this);
    for (const { text, state } of this.series.values()) yield `${this.name}${braced(text)} ${state.text()}`;
  }
}

export class HistogramFamily extends Labelled<Histogram> implements Family {
  readonly type = "histogram";
  private readonly bounds: readonly number[];
  private readonly boundsUs: readonly number[];

  constructor(name: string, help: string, labelNames: readonly string[], bounds: readonly number[]) {
    super(name, help, labelNames);
    this.bounds = bounds;
    this.boundsUs = bounds.map((seconds) => Math.round(seconds * 1_000_000));
  }

  protected create(): Histogram {
    return new Histogram(this.boundsUs);
  }

  snapshot(): MetricSnapshot {
    const samples = [...this.series.values()].map(({ labels, state: { counts, count, sumUs } }) => ({
      labels,
      value: count,
      histogram: { counts: [...counts], count, sum: sumUs / 1_000_000 },
    }));
    return { ...head(this), bounds: this.bounds, samples };
  }

  *lines(): Iterable<string> {
    yield* headLines(this);
    for (const { text, state } of this.series.values()) {
      const labels = text === "" ? "" : `${text},`;
      let below = 0;
      for (const [place, bound] of this.bounds.entries()) {
        below += state.counts[place] ?? 0;
        yield `${this.name}_bucket{${labels}le="${bound}"} ${below}`;
      }
      yield `${this.name}_bucket{${labels}le="+Inf"} ${state.count}`;
      yield `${this.name}_sum${braced(text)} ${state.sumUs / 1_000_000}`;
      yield `${this.name}_count${braced(text)} ${state.count}`;
    }
  }
}

class ReadFamily implements Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly labelNames: readonly string[];
  private readonly read: () => Iterable<readonly [...labels: string[], value: number]>;

  constructor(
    name: string,
    help: string,
    type: "gauge" | "counter",
    labelNames: readonly string[],
    read: () => Iterable<readonly [...labels: string[], value: number]>,
  ) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.labelNames = labelNames;
    this.read = read;
  }

  snapshot(): MetricSnapshot {
    const samples = [...this.read()].map((row) => ({
      labels: row.slice(0, -1) as string[],
      value: Number(row.at(-1)),
    }));
    return { ...head(this), bounds: [], samples };
  }

  *lines(): Iterable<string> {
    yield* headLines(this);
    for (const { labels, value } of this.snapshot().samples)
      yield `${this.name}${braced(labelText(this.labelNames, labels))} ${value}`;
  }
}

type Head = Pick<MetricSnapshot, "name" | "help" | "type" | "labelNames">;

const head = ({ name, help, type, labelNames }: Head): Head => ({ name, help, type, labelNames });

const headLines = ({ name, help, type }: { name: string; help: string; type: MetricType }): string[] => [
  `# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`,
  `# TYPE ${name} ${type}`,
];

const braced = (text: string): string => (text === "" ? "" : `{${text}}`);

const labelText = (names: readonly string[], values: readonly string[]): string =>
  names
    .map((name, place) => {
      const value = (values[place] ?? "").replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
      return `${name}="${value}"`;
    })
    .join(",");
