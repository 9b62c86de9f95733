/** Control characters, and those that turn the direction of text: all that makes a terminal do something or show another order. */
const unprintable = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from outside as a terminal can be given it. Line breaks and tabs stay, and what is escaped is so as in JSON, in which
 * it means the same as before.
 *
 * @rule BND-17 control characters are escaped
 */
export const printable = (text: string): string =>
  text.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
