import { CopyButton } from "./copy-button.tsx";

/** Text to paste elsewhere, with a button that copies it. */
export function Snippet({ value, thing }: { value: string; thing: string }) {
  return (
    <div className="snippet">
      {/* It scrolls sideways, so the keyboard must be able to get there. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop */}
      <section className="snippet-text" tabIndex={0} aria-label={thing}>
        <pre>{value}</pre>
      </section>
      <CopyButton value={value} thing={thing} />
    </div>
  );
}
