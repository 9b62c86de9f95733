import type { components } from "@drawdown/spec/control";
import { printable } from "../adapters/printable.js";
import { didYouMean } from "../http/did-you-mean.js";
import { connect, connectionHelp, connectionOptions, readAfter } from "./client.js";
import { CommandError, noMore, parse, styled, UsageError } from "./command-line.js";
import { billingRecipes } from "./recipes/billing.js";
import { creditRecipes } from "./recipes/credits.js";
import type { Recipe } from "./recipes/recipe.js";
import { readSettings, unmet } from "./settings.js";
import { Story } from "./story.js";

type Event = components["schemas"]["EventList"]["items"][number];

const recipes: { readonly [event: string]: Recipe } = { ...creditRecipes, ...billingRecipes };

const options = {
  ...connectionOptions,
  set: { type: "string", multiple: true },
} as const;

/** Plays the scenario that makes an event occur, and prints what it made and the event. */
export async function trigger(args: readonly string[]): Promise<void> {
  const { values, positionals } = parse("trigger", args, options);
  if (values.help) return console.log(help());
  const [event, ...more] = positionals;
  noMore("trigger", more);
  const recipe = recipeOf(event);
  const settings = readSettings(event ?? "", recipe.takes, values.set ?? []);
  const client = connect(values);
  const last = (await readAfter<Event>(client, "/_sandbox/events", undefined)).at(-1)?.id;
  const story = new Story(client, settings, last ?? "first");
  await recipe.play(story);
  const caused = await readAfter<Event>(client, "/_sandbox/events", last);
  const found = caused.findLast((it) => it.type === event && isOf(story, recipe, it));
  if (found === undefined) throw new CommandError(silence(event ?? "", story));
  const missed = unmet(settings, found.payload);
  if (missed.length > 0) {
    throw new CommandError(`${found.type} ${found.id} occurred, but ${missed.join("; ")}`);
  }
  const { made, notes } = story;
  console.log(
    values.json ? printable(JSON.stringify({ event: found, made, notes })) : describe(found, story),
  );
}

function recipeOf(event: string | undefined): Recipe {
  const events = Object.keys(recipes);
  const known = events.join(", ");
  if (event === undefined) throw new UsageError(`trigger needs an event, one of: ${known}`);
  const recipe = Object.hasOwn(recipes, event) ? recipes[event] : undefined;
  if (recipe) return recipe;
  const hint = didYouMean(event, events, '"');
  throw new UsageError(`there is no way to trigger "${event}"${hint}; choose one of: ${known}`);
}

/** Whether an event is about what the story made, and not something that happened beside it. */
function isOf({ made }: Story, { knownBy }: Recipe, { payload }: Event): boolean {
  const data = (payload["data"] ?? {}) as Record<string, unknown>; // an object in every event
  return knownBy.every((name) => data[name] === made[name]);
}

const silence = (event: string, { made }: Story): string =>
  `the scenario went through, yet no ${event} occurred; it made ${listed(made)}`;

const listed = (made: Story["made"]): string =>
  Object.entries(made)
    .map(([name, id]) => `${name} ${id}`)
    .join(", ");

function describe({ id, type, timestamp, payload }: Event, { made, notes }: Story): string {
  const width = Math.max(...Object.keys(made).map((it) => it.length));
  return [
    `${styled("bold", type)}  ${printable(`${id}  ${timestamp}`)}`,
    ...Object.entries(made).map(([name, it]) => `  ${name.padEnd(width)}  ${printable(it)}`),
    ...notes.map((it) => `  ${styled("yellow", it)}`),
    printable(JSON.stringify(payload, null, 2)),
  ].join("\n");
}

const help = (): string => `drawdown trigger EVENT [options]: make an event really occur

  --set PATH=VALUE  decide a field of its payload, such as data.amount=12;
                    may be repeated
${connectionHelp}
  --json            print the event and the ids of what was made as one object

Each scenario makes what it needs: a customer, a credit, a product and so on.
It happens on the clock of the key, which expiries move forward.

${Object.entries(recipes).map(entryOf).join("\n")}`;

const entryOf = ([event, { does, takes }]: [string, Recipe]): string =>
  `  ${event}: ${does}\n      ${Object.keys(takes).join(", ")}`;
