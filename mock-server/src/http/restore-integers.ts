/** Only a run of so many digits can be a whole number that a double does not hold: 2^53 has sixteen. */
const longInteger = /\d{16}/;

/** Digits of a whole number that is kept: those of 64 bits, signed or not, and some. Longer ones stay doubles. */
const digitsMax = 40;

/**
 * Puts back the digits that `JSON.parse` took from whole numbers beyond 2^53: each becomes a `bigint`, where it stands in
 * metadata or is compared with it in a filter. Everything else was checked against the document, which has it smaller.
 *
 * @param text JSON that was parsed already
 * @param value what came out, which is changed
 * @rule BDY-05 whole numbers of metadata come back digit for digit
 */
export function restoreIntegers(text: string, value: unknown): void {
  if (longInteger.test(text)) new Restorer(text).value(value, "", "");
}

/** Walks text and value side by side. The text is known to be JSON, of a depth that recursion bears. */
class Restorer {
  #position = 0;

  constructor(private readonly text: string) {}

  /**
   * @param value what the text at the present position came to; undefined when a later entry of the same name replaced it
   * @param container the name of the object or array it stands in
   * @returns what belongs there instead
   */
  value(value: unknown, container: string, name: string): unknown {
    switch (this.#next()) {
      case "{":
        this.#object(value, name);
        return value;
      case "[":
        this.#array(value, name);
        return value;
      case '"':
        this.#string();
        return value;
      default:
        return this.#literal(value, container, name);
    }
  }

  #object(value: unknown, name: string): void {
    this.#position++;
    while (this.#next() !== "}") {
      if (this.#next() === ",") this.#position++;
      this.#next();
      const key: string = JSON.parse(this.#string());
      this.#next();
      this.#position++; // the colon
      this.#entry(value, key, name, key);
    }
    this.#position++;
  }

  #array(value: unknown, name: string): void {
    this.#position++;
    for (let index = 0; this.#next() !== "]"; index++) {
      if (this.#next() === ",") this.#position++;
      this.#entry(value, String(index), name, name);
    }
    this.#position++;
  }

  #entry(holder: unknown, key: string, container: string, name: string): void {
    const isHeld = typeof holder === "object" && holder !== null && Object.hasOwn(holder, key);
    const known: unknown = isHeld ? Reflect.get(holder, key) : undefined;
    const restored = this.value(known, container, name);
    if (isHeld && restored !== known) {
      // Not an assignment: a key may be called __proto__.
      Reflect.defineProperty(holder, key, { value: restored });
    }
  }

  /** A number, or `true`, `false`, `null`. */
  #literal(value: unknown, container: string, name: string): unknown {
    const begin = this.#position;
    while (/[\w+.-]/.test(this.text[this.#position] ?? "")) this.#position++;
    if (!isExact(container, name) || Number.isSafeInteger(value)) return value;
    const token = this.text.slice(begin, this.#position);
    return /^-?\d+$/.test(token) && token.length <= digitsMax && Number(token) === value
      ? BigInt(token)
      : value;
  }

  /** The string at the present position, with its quotes; goes behind it. */
  #string(): string {
    const begin = this.#position;
    for (let at = begin + 1; ; at++) {
      const letter = this.text.charCodeAt(at);
      if (letter === 0x5c) at++;
      else if (letter === 0x22) {
        this.#position = at + 1;
        return this.text.slice(begin, this.#position);
      }
    }
  }

  /** The next letter that is no blank; goes to it. */
  #next(): string {
    while (this.text.charCodeAt(this.#position) <= 0x20) this.#position++;
    return this.text[this.#position] ?? "";
  }
}

const isExact = (container: string, name: string): boolean =>
  container === "metadata" || (container === "clauses" && name === "value");
