/** Put in by the build, from package.json. */
declare const __VERSION__: string;

/** The text of a file, put in by the build. */
declare module "*?raw" {
  const text: string;
  export default text;
}
