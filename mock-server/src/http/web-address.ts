/** The http or https address that a text is, as `URL` takes it; undefined for anything else. */
export function webAddress(text: unknown): URL | undefined {
  const url = typeof text === "string" && URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** The same where it can be called: `fetch` refuses an address with a name and a password. */
export function callableAddress(text: unknown): URL | undefined {
  const url = webAddress(text);
  return url?.username || url?.password ? undefined : url;
}

/** The same where paths can be put after it: without a query and a fragment. */
export function bareAddress(text: unknown): URL | undefined {
  const url = callableAddress(text);
  return url?.search || url?.hash ? undefined : url;
}
