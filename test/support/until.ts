/** Resolves when it is so. Looking costs something where a server is asked, so there is a pause between two looks. */
export const until = (isSo: () => boolean | Promise<boolean>, everyMs = 1): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = async (): Promise<void> => {
      if (await isSo()) resolve();
      else setTimeout(() => void look().catch(reject), everyMs);
    };
    look().catch(reject);
  });
