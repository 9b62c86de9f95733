const byCode: Readonly<Record<string, string>> = {
  INSUFFICIENT_CREDIT_BALANCE: "Debit no more than `balance`, or add credits first.",
  OVERAGE_LIMIT_EXCEEDED: "Raise `overage_limit`, or add credits first.",
  IDEMPOTENCY_KEY_ALREADY_EXISTS: "It was done before under this key: read the ledger.",
  DUPLICATE_EVENT_IDS: "Give every event of a request an `event_id` of its own.",
  CREDIT_ENTITLEMENT_IS_DELETED: "Undelete the credit, or use another.",
  CREDIT_ENTITLEMENT_NAME_ALREADY_EXISTS: "Choose another name, or use the credit that has it.",
  CHECKOUT_SESSION_CONSUMED: "Create a new checkout session.",
};

const byStatus: Readonly<Record<number, string>> = {
  401: "Check the key, and that it belongs to this `environment`: test keys are for test_mode.",
  403: "Use a key that may write.",
  404: "Check the id, and that it belongs to this `environment`.",
  409: "Read the present state before calling again.",
  410: "It is deleted or archived already.",
  422: "Correct the field that the message names.",
  429: "Wait as long as `retry-after` says.",
};

/** What to do about a refusal, by its code or else its status (ERR-02, ERR-03). */
export const fixOf = (code: string | undefined, status: number | undefined): string | undefined =>
  byCode[code ?? ""] ?? byStatus[status ?? 0];

/** What `fetch` of Node says about a connection that failed: the code is in the cause of its error. */
export function connectionCodeOf(error: unknown): string | undefined {
  for (const it of [error, (error as { readonly cause?: unknown } | null | undefined)?.cause]) {
    const code: unknown = (it as { readonly code?: unknown } | null | undefined)?.code;
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** What to do about a connection that failed with this code. */
export function connectionFixOf(code: string | undefined, url: string): string | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return isLocal(url)
        ? `Nothing listens there: start a sandbox with \`npx drawdown serve${portOption(url)}\`, or correct \`baseURL\`.`
        : "Nothing listens there: correct `baseURL`.";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "The host is not known: correct `baseURL`, or look at the network.";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return "The connection broke off: look whether the server still runs.";
    default:
      return undefined;
  }
}

const isLocal = (url: string): boolean =>
  /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(?=[:/]|$)/.test(url);

const portOption = (url: string): string => {
  const [, port] = /^https?:\/\/[^/]*:(\d+)(?=\/|$)/.exec(url) ?? [];
  return port === undefined || port === "4010" ? "" : ` --port ${port}`;
};
