import "./diff-text.css";

/** A unified diff, with what goes and what comes told apart by sign and colour. */
export function DiffText({ diff, label }: { diff: string; label: string }) {
  const lines = diff
    .replace(/\n$/, "")
    .split("\n")
    .filter((line) => !/^(?:---|\+\+\+) /.test(line));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
    <section className="diff-text" aria-label={label} tabIndex={0}>
      <pre>
        {lines.map((line, place) => (
          <span key={place} data-line={kindOf(line)}>
            {`${line}\n`}
          </span>
        ))}
      </pre>
    </section>
  );
}

const kindOf = (line: string): string | undefined =>
  line.startsWith("+") ? "new" : line.startsWith("-") ? "gone" : line.startsWith("@@") ? "place" : undefined;
