/** Most sentences told with one answer; the rest is counted. */
const sentencesMax = 16;

/** Most characters of a sentence. All of them are 7 kB at the most: many proxies take 8 kB of headers, Node 16 kB. */
const charactersMax = 400;

/** What the caller of one call should know beside its answer, in sentences. */
export class Warnings {
  readonly #sentences = new Set<string>();
  #beyond = 0;

  /** Adds a sentence, unless it was said already. */
  readonly add = (sentence: string): void => {
    if (this.#sentences.has(sentence)) return;
    if (this.#sentences.size < sentencesMax) this.#sentences.add(sentence);
    else this.#beyond += 1;
  };

  /**
   * What there is to tell, fit for a header or a terminal.
   *
   * @rule WRN-01 at most 16 sentences of at most 400 characters, in printable ASCII; the rest is counted
   */
  get sentences(): readonly string[] {
    if (this.#sentences.size === 0) return nothing;
    const said = [...this.#sentences].map(headerText);
    return this.#beyond > 0 ? [...said, `and ${this.#beyond} more`] : said;
  }

  /** The header that tells them; none where there is nothing to tell. */
  get headers(): Readonly<Record<string, string>> {
    if (this.#sentences.size === 0) return none;
    return { "drawdown-warning": this.sentences.join("; ") };
  }
}

const none = {};
const nothing: readonly string[] = [];

/** Text that may stand in a header: everything but printable ASCII is escaped as in JSON, and what is too long is cut. */
function headerText(text: string): string {
  const escaped = text
    .slice(0, charactersMax + 1)
    .replaceAll(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  return escaped.length <= charactersMax ? escaped : `${escaped.slice(0, charactersMax - 3)}...`;
}
