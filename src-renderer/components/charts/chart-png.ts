import { saveBlob } from "../save-file.ts";

/** Twice as large as on the screen, so that it can be printed. */
const SCALE = 2;
const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "opacity"];

/** The picture as it stands, in the colours of the theme that is shown. */
export async function saveChartPng(svg: SVGSVGElement | null, fileName: string): Promise<void> {
  if (svg === null) return;
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  // A data address: the page's policy allows no other source of pictures.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standAlone(svg, width, height))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && saveBlob(fileName, blob), "image/png");
}

/** Style sheets do not reach into a picture: what they say is written onto each element. */
function standAlone(svg: SVGSVGElement, width: number, height: number): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const originals = [...svg.querySelectorAll<SVGElement>("*")];
  for (const [place, element] of [...copy.querySelectorAll<SVGElement>("*")].entries()) {
    const original = originals[place];
    if (!original) continue;
    const style = getComputedStyle(original);
    for (const name of STYLES) element.style.setProperty(name, style.getPropertyValue(name));
  }
  return new XMLSerializer().serializeToString(copy);
}
