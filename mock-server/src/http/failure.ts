/** What went wrong below `fetch`, which itself only says that it failed. */
const causeOf = ({ cause }: Error): Error | undefined =>
  cause instanceof Error ? cause : undefined;

/** Why nothing answered, in a word where there is one: `ECONNREFUSED`. */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = causeOf(error) ?? error;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

/** The same in a sentence, if there is one: `connect ECONNREFUSED 127.0.0.1:4010`. */
export const failureText = (error: unknown): string =>
  error instanceof Error ? causeOf(error)?.message || error.message : String(error);
