/** The console's icons, drawn on a 16 px grid with a 1.5 px line in the colour of the text around them. */
const PATHS = {
  overview: "M2.5 13.5v-5M6.2 13.5v-8M9.8 13.5v-6M13.5 13.5v-11",
  requests: "M2.5 4h11M2.5 8h11M2.5 12h7",
  providers: "M8 2.2 13.5 5 8 7.8 2.5 5ZM2.5 8 8 10.8 13.5 8M2.5 11 8 13.8 13.5 11",
  usage: "M8 2.2v5.8l4.1 4.1M8 2.2a5.8 5.8 0 1 0 5.8 5.8A5.8 5.8 0 0 0 8 2.2Z",
  image: "M2.5 3h11v10h-11ZM2.8 11.5 6 8.2l2.4 2.4 2-2 2.8 2.9M10.6 5.8h.01",
  playground: "M2.5 3h11v7.5H8L5 13.2v-2.7H2.5ZM5.2 6.7h.01M8 6.7h.01M10.8 6.7h.01",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6l7.5-4.8Z",
  copy: "M5.5 5.5V3.2a.7.7 0 0 1 .7-.7h6.6a.7.7 0 0 1 .7.7v6.6a.7.7 0 0 1-.7.7h-2.3M3.2 5.5h6.6a.7.7 0 0 1 .7.7v6.6a.7.7 0 0 1-.7.7H3.2a.7.7 0 0 1-.7-.7V6.2a.7.7 0 0 1 .7-.7Z",
  check: "m3 8.5 3.2 3.2L13 4.8",
  close: "m4 4 8 8M12 4l-8 8",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4l3.1 3.1",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13.4 9.6A5.7 5.7 0 0 1 6.4 2.6a5.7 5.7 0 1 0 7 7Z",
  system: "M2.5 3.5h11v7.2h-11ZM6 13.5h4M8 10.7v2.8",
  leave: "M9.5 2.5h-6v11h6M7 8h6.5M11 5.2 13.8 8 11 10.8",
  arrow: "M3 8h9.5M9 4.5 12.5 8 9 11.5",
  back: "M10 3 5 8l5 5",
  language:
    "M2.2 4h7.6M6 2.3V4M8.3 4c-.8 3-2.9 5.2-5.8 6.4M3.9 6.2c1 1.8 2.6 3.2 4.6 4M8.2 13.7l2.9-7 2.9 7M9.1 11.6h4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  keyboard: "M1.8 4h12.4v8H1.8ZM4.5 6.7h.01M7 6.7h.01M9.5 6.7h.01M11.8 6.7h.01M5 9.5h6",
  budget: "M2 5.2h12v7.3H2ZM2 5.2l8.6-2.7v2.7M10.5 8.9h.01",
  agents: "M3.5 5.5h9v7h-9ZM8 5.5V3M6.2 8.6v.9M9.8 8.6v.9M1.5 8v2.2M14.5 8v2.2",
  operations: "M2.5 3h11v4h-11ZM2.5 9h11v4h-11ZM5 5h.01M5 11h.01",
  hook: "M10.5 2.5v6.7a3.4 3.4 0 1 1-6.8 0V8M3.7 8 2.3 9.7M3.7 8l1.6 1.6M9 4h3",
  routing: "M2.5 8h3.2l3-4h4.8M5.7 8l3 4h4.8M11.5 2l2 2-2 2M11.5 10l2 2-2 2",
  history: "M2.6 8a5.4 5.4 0 1 0 1.7-3.9L2.5 5.8M2.5 2.6v3.2h3.2M8 5v3.2l2.2 1.3",
  pulse: "M1.5 8h3l2-5 3 10 2-5h3",
  key: "M10 8.8a3.3 3.3 0 1 0-3.2-2.4L2.5 10.7v2.8h2.8v-1.7H7V10l.9-1.1a3.3 3.3 0 0 0 2.1-.1ZM10.7 5.3h.01",
  people:
    "M6 7.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM1.8 13.5c.2-2.5 1.8-4 4.2-4s4 1.5 4.2 4M10.4 7.4a2.4 2.4 0 0 0 .6-4.6M12 9.6c1.3.6 2.1 1.9 2.2 3.9",
  audit: "M4 2.2h8v11.6l-2-1.3-2 1.3-2-1.3-2 1.3ZM6.2 5.5h3.6M6.2 8.3h3.6",
  settings:
    "M2.5 4.5h5M11 4.5h2.5M9.2 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM2.5 11.5H5M8.5 11.5h5M6.8 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true">
      <path d={PATHS[name]} stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
