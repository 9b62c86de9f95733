/** Something that our client does on purpose otherwise than the official one. */
export interface Difference {
  /** What it is about; a phrase for the first column of the table in README.md of the SDK. */
  readonly subject: string;
  readonly official: string;
  readonly ours: string;
  readonly why: string;
  /** Where it is shown: in a case here, by the compiler in `official-types.test.ts`, or in `runtimes`. */
  readonly shownBy: "a case" | "the types" | "a bundle";
}

const row = (
  subject: string,
  official: string,
  ours: string,
  why: string,
  shownBy: Difference["shownBy"] = "a case",
): Difference => ({ subject, official, ours, why, shownBy });

export const differences = {
  "second-page": row(
    "`for await` over a list without `page_number`",
    "reads pages 0, 2, 3, …, so it misses page 1",
    "reads pages 0, 1, 2, …",
    "items would be missed",
  ),
  "short-pages": row(
    "end of a list",
    "after an empty page",
    "after a page shorter than `page_size`, which is always sent (10 unless given)",
    "one request less",
  ),
  "no-next-page": row(
    "`getNextPage()` after the last page",
    "asks for one more",
    "rejects",
    "`hasNextPage()` said that there is none",
  ),
  "done-pages": row(
    "`webhooks.list` on the page that is `done`",
    "asks once more if there is an `iterator`",
    "ends",
    "one request less",
  ),
  conflicts: row(
    "409",
    "sent again, twice",
    "not sent again",
    "the answer would be the same: what was refused was done before",
  ),
  "repeated-posts": row(
    "POST without a key, after a lost connection, 408 or 500 and above",
    "sent again",
    "not sent again",
    "the credit could be given twice",
  ),
  "made-up-keys": row(
    "ledger entry, of credits or a wallet, without `idempotency_key`",
    "has none",
    "has a random one, and a `LostAnswerError` says that it was made; `idempotency_key: null` sends none",
    "so that it can be sent again without harm",
  ),
  "long-waits": row(
    "a `retry-after` of more than a minute",
    "waited for",
    "not waited for: rejects at once",
    "the caller should know, not hang",
  ),
  "unreadable-waits": row(
    "a `retry-after` that cannot be read",
    "sent again at once",
    "sent again as without one",
    "who asks for a wait should not get a burst",
  ),
  "timeout-of-bodies": row(
    "`timeout`",
    "until the headers",
    "until the end of the body",
    "an answer that breaks off would hang for ever",
  ),
  "error-fields": row(
    "`APIError`",
    "`code` is in `error`, `name` is `Error`",
    "`code`, `operation`, `fix` and `requestId` are fields as well; `name` is the name of the class",
    "an error should say what to do",
  ),
  "text-errors": row(
    "`error` of an answer that is not JSON",
    "`undefined`",
    "its text",
    "it says which proxy answered",
  ),
  messages: row(
    "messages of wrong options and lost connections",
    "general",
    "name the value, or the request, and the fix",
    "an error should say what to do",
  ),
  nothing: row(
    "a call without an answer",
    'resolves with `null`, or `""`',
    "resolves with `undefined`",
    "its type is `void`",
  ),
  "unreadable-successes": row(
    "a success that is not JSON",
    "its text, or a `SyntaxError`",
    "rejects with a `DodoPaymentsError`",
    "it is not the API that answers",
  ),
  "early-refusals": row(
    "a base URL, environment or `maxRetries` that is none",
    "fails at the first request, or does not",
    "refused by the constructor",
    "a mistake should show where it is made",
  ),
  "misplaced-keys": row(
    "a test key for the live service, a live key for a sandbox",
    "sent",
    "refused before anything is sent",
    "a live key is nobody's to read",
  ),
  "path-values": row(
    "an empty id, `.` and `..`, and an id of something else, such as `cde_1` for a customer",
    "another path is called: `GET /meters/`",
    "refused before anything is sent",
    "a delete could meet the wrong thing",
  ),
  "lost-numbers": row(
    "`NaN` in a body, a number for an amount of credits",
    "sent as `null`, and as the number",
    "refused before anything is sent",
    "another amount would arrive",
  ),
  "browser-bundle": row(
    "`unwrap` in a bundle for browsers",
    "verifies",
    "refuses: `not_in_browsers`",
    "the secret has no place there, and 5.6 kB are saved",
    "a bundle",
  ),
  "unwrap-without-headers": row(
    "`unwrap` without `headers`",
    "parses without verifying",
    "throws, as without a secret",
    "nothing is to come through unverified",
  ),
  "unwrap-forms": row(
    "`unwrap`: body, headers",
    "a string, a plain object",
    "or bytes, a `Headers`, Node's headers",
    "they are what servers have at hand",
  ),
  "unwrap-errors": row(
    "`unwrap`: errors",
    "those of `standardwebhooks`, an `Error`, or a `SyntaxError`",
    "a `WebhookUnwrapError` with a `reason`",
    "a program can tell them apart",
  ),
  "unwrap-timestamps": row(
    "`unwrap`: a timestamp such as `1767225600.5`",
    "read up to the point",
    "refused",
    "it is not what is signed",
  ),
  "event-types": row(
    "types: webhook events",
    "without `payload_type`; all of the vendor's",
    "with it; those of credits, payments and subscriptions",
    "they are those of the document",
    "the types",
  ),
  "filter-types": row(
    "types: the clauses of a meter's filter in an answer",
    "all conditions, or all filters",
    "may be mixed",
    "the vendor's own sample mixes them",
    "the types",
  ),
  resources: row(
    "resources",
    "all of the vendor's API",
    "the credit-billing ones above; `get`, `post` and the like for the rest",
    "the package stays small",
    "the types",
  ),
} as const satisfies Readonly<Record<string, Difference>>;

export type DifferenceId = keyof typeof differences;

/** The lines of the table as it stands in README.md of the SDK. */
export const differencesTable = (): readonly string[] => [
  "| | official | here | because |",
  "|---|---|---|---|",
  ...Object.values(differences).map(
    ({ subject, official, ours, why }) => `| ${subject} | ${official} | ${ours} | ${why} |`,
  ),
];
