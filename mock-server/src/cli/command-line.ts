import { type ParseArgsConfig, parseArgs, styleText } from "node:util";
import { printable } from "../adapters/printable.js";
import { didYouMean } from "../http/did-you-mean.js";

/** A command that came to nothing; the message says why. */
export class CommandError extends Error {}

/** A command line that makes no sense; the message says what to write instead. */
export class UsageError extends CommandError {}

type Options = NonNullable<ParseArgsConfig["options"]>;

type Parsed<Given extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Given; allowPositionals: true }>
>;

/**
 * The options and other words of a command line.
 *
 * @throws UsageError for an option that does not exist or lacks its value
 */
export function parse<Given extends Options>(
  command: string,
  args: readonly string[],
  options: Given,
): Parsed<Given> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(
      `${reasonOf(error, Object.keys(options))}; see drawdown --help ${command}`,
    );
  }
}

/** Why a command line cannot be read, on one line; for an option that does not exist, with the one that was meant. */
function reasonOf(error: unknown, known: readonly string[]): string {
  const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  const [, unknown] = /^Unknown option '(--[^']*)'/.exec(reason) ?? [];
  if (unknown === undefined) return reason;
  const flags = known.map((it) => `--${it}`);
  return `there is no option ${unknown}${didYouMean(unknown, flags, "")}`;
}

/** Refuses words that belong to no option. */
export function noMore(command: string, words: readonly string[]): void {
  if (words.length === 0) return;
  throw new UsageError(
    `"${words.join(" ")}" means nothing to ${command}; see drawdown --help ${command}`,
  );
}

/** The whole number that an option gives, both bounds included. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${name} is "${text}" but must be a whole number from ${min} to ${max}`);
}

/** What to say of an option that must be an http or https address and is none. */
export const noAddress = (name: string, text: string): UsageError =>
  new UsageError(`${name} is "${text}" but must be an address such as http://127.0.0.1:4010`);

type Style = Parameters<typeof styleText>[0];

/** The text, made printable, in a style where a person reads it on a terminal, and without one everywhere else. */
export const styled = (style: Style, text: string): string =>
  process.stdout.isTTY && !process.env["NO_COLOR"]
    ? styleText(style, printable(text))
    : printable(text);
