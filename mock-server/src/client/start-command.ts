/** The command that starts a sandbox where an address says that one is. */
export const startCommand = (url: string): string =>
  `drawdown serve --port ${new URL(url).port || "4010"}`;
