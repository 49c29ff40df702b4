/** The sign of the product, as in assets/icon.svg: one line in, several ways out, one of them taken. */
export function BrandMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="15" fill="#4a59cb" />
      <g fill="none" stroke="#fff" strokeWidth="4.4" strokeLinecap="round" strokeLinejoin="round">
        <path d="M25 32h9c6 0 5-14 13-14" />
        <path d="M34 32c6 0 5 14 13 14" opacity=".45" />
      </g>
      <circle cx="18" cy="32" r="7.8" fill="#fff" />
      <circle cx="49" cy="18" r="6" fill="#fff" />
      <circle cx="49" cy="46" r="6" fill="#9ca5e2" />
    </svg>
  );
}
