/** Why nothing answered. `fetch` says so only in the cause of its error. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

/** The command that starts a sandbox where an address says that one is. */
export const startCommand = (url: string): string =>
  `drawdown serve --port ${new URL(url).port || "4010"}`;
