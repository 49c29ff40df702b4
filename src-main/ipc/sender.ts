/** Who asks something over IPC. */
export interface Sender {
  webContentsId: number;
  frameUrl: string | null;
  isMainFrame: boolean;
}

/** Whether it is the page that a window of ours was made for: that window's main frame, on a page of our gateway. */
export function isSentBy(webContentsId: number | undefined, homeUrl: string | null, sender: Sender): boolean {
  const { frameUrl, isMainFrame } = sender;
  if (webContentsId !== sender.webContentsId || !isMainFrame || homeUrl === null || frameUrl === null) return false;
  return URL.canParse(frameUrl) && new URL(frameUrl).origin === new URL(homeUrl).origin;
}
