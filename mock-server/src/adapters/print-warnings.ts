import type { Call } from "../http/call.js";

/** Different warnings that are printed: whoever causes ever new ones would see nothing else. */
const printedMax = 200;

/** Characters of a path that are printed. */
const pathMax = 100;

/**
 * Prints warnings of a sandbox, each once, with the first call that it was about.
 *
 * @rule WRN-20 each once, up to 200 of them
 */
export function warningPrinter(
  print: (line: string) => void,
): (sentence: string, call: Pick<Call, "method" | "target">) => void {
  const printed = new Set<string>();
  return (sentence, { method, target }) => {
    if (printed.size > printedMax || printed.has(sentence)) return;
    printed.add(sentence);
    print(
      printed.size > printedMax
        ? "there are more warnings, which are not printed; the header drawdown-warning of each answer has them"
        : `warning: ${method} ${pathOf(target)}: ${sentence}`,
    );
  };
}

/** The path as printable ASCII, without its query. */
const pathOf = (target: string): string =>
  target
    .replace(/\?.*/s, "")
    .slice(0, pathMax)
    .replaceAll(/[^\x20-\x7e]/g, "?");
