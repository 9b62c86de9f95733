import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { components } from "@drawdown/spec/control";
import { printable } from "../adapters/printable.js";
import { type Client, connect, connectionHelp, connectionOptions, readAfter } from "./client.js";
import { noMore, parse, styled, wholeNumber } from "./command-line.js";

type Delivery = components["schemas"]["Delivery"];
type Attempt = components["schemas"]["Attempt"];

const help = `drawdown listen [options]: show deliveries as they happen, a line an attempt

  --event TYPE      only those of this event, such as credit.added
  --once N          end after N attempts
${connectionHelp}
  --json            print an object a line

Each line: sandbox time, event, endpoint, number of the attempt, status.`;

const options = {
  ...connectionOptions,
  event: { type: "string" },
  once: { type: "string" },
} as const;

const pollMs = 500;

/** Deliveries whose later attempts still show; each poll reads this many again, so they must be bounded. */
const watchedMax = 500;

/** Prints each attempt at a delivery from now on. Returns at SIGINT, or after as many as `--once` says. */
export async function listen(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse("listen", args, options);
  if (values.help) return console.log(help);
  noMore("listen", positionals);
  const attemptsMax =
    values.once === undefined
      ? Number.POSITIVE_INFINITY
      : wholeNumber("--once", values.once, 1, 1_000_000);
  const client = connect(values);
  const watch = new Watch(client, values.event === undefined ? {} : { event_type: values.event });
  await watch.poll(); // what happened before is not news
  const stop = new AbortController();
  const interrupted = once(process, "SIGINT", { signal: stop.signal }).catch(() => {});
  void interrupted.then(() => stop.abort());
  console.error(`Listening at ${client.url} as ${values.key}; Ctrl-C ends.`);
  let left = attemptsMax;
  while (left > 0 && (await rest(stop.signal))) {
    const news = (await watch.poll()).slice(0, left);
    left -= news.length;
    for (const it of news)
      console.log(values.json ? printable(JSON.stringify(lineOf(it))) : describe(it));
  }
  stop.abort();
}

/** Waits until the next poll is due; false when there is going to be none. */
const rest = (signal: AbortSignal): Promise<boolean> =>
  wait(pollMs, true, { signal }).catch(() => false);

interface Attempted {
  readonly delivery: Delivery;
  readonly attempt: Attempt;
}

/** The newest deliveries of a sandbox, and how many attempts at each were seen. */
class Watch {
  private after: string | undefined;
  private seen: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly client: Client,
    private readonly filter: Readonly<Record<string, string>>,
  ) {}

  /** The attempts since the last time, deliveries oldest first. */
  async poll(): Promise<readonly Attempted[]> {
    const path = "/_sandbox/deliveries";
    const read = await readAfter<Delivery>(this.client, path, this.after, this.filter);
    const news = read.flatMap((delivery) =>
      delivery.attempts
        .slice(this.seen.get(delivery.id) ?? 0)
        .map((attempt) => ({ delivery, attempt })),
    );
    this.after = read.at(-watchedMax - 1)?.id ?? this.after;
    this.seen = new Map(read.slice(-watchedMax).map((it) => [it.id, it.attempts.length]));
    return news;
  }
}

const lineOf = ({ delivery, attempt }: Attempted) => ({
  at: attempt.at,
  event_type: delivery.event_type,
  event_id: delivery.event_id,
  delivery_id: delivery.id,
  webhook_id: delivery.webhook_id,
  url: delivery.url,
  attempt: attempt.number,
  status_code: attempt.status_code,
  error: attempt.error,
  status: delivery.status,
});

function describe({ delivery, attempt }: Attempted): string {
  const { event_type, url, status } = delivery;
  return `${printable(attempt.at)}  ${styled("bold", event_type)}  ${printable(url)}  #${attempt.number}  ${outcome(attempt, status)}`;
}

function outcome({ status_code, error }: Attempt, status: Delivery["status"]): string {
  if (status_code === null) return error === null ? printable(status) : styled("red", error);
  const isAccepted = status_code >= 200 && status_code < 300;
  return styled(isAccepted ? "green" : "red", String(status_code));
}
