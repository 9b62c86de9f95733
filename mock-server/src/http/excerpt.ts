/** Text cut to `lengthMax` characters, with a mark where something is missing. */
export const clip = (text: string, lengthMax: number): string =>
  text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;

/**
 * The beginning of a value as JSON, at most about `lengthMax` characters of it. Costs no more than that, however large the
 * value is: messages show values that somebody sent.
 */
export function excerpt(value: unknown, lengthMax: number): string {
  const written: string[] = [];
  write(value, written, lengthMax);
  return clip(written.join(""), lengthMax);
}

/** Writes the beginning of a value; answers how many characters are left for what follows it, none when below zero. */
function write(value: unknown, written: string[], room: number): number {
  const put = (text: string): void => {
    written.push(text);
    room -= text.length;
  };
  if (typeof value === "string") {
    put(JSON.stringify(value.slice(0, Math.max(room, 0) + 1)));
  } else if (typeof value !== "object" || value === null) {
    put(String(value));
  } else if (Array.isArray(value)) {
    put("[");
    for (const [position, item] of value.entries()) {
      if (room < 0) break;
      if (position > 0) put(",");
      room = write(item, written, room);
    }
    put("]");
  } else {
    put("{");
    let isFirst = true;
    for (const [name, item] of entriesOf(value)) {
      if (room < 0) break;
      put(`${isFirst ? "" : ","}${JSON.stringify(name.slice(0, room + 1))}:`);
      isFirst = false;
      room = write(item, written, room);
    }
    put("}");
  }
  return room;
}

/** The entries of an object one by one, so that whoever wants only a few does not pay for all. */
function* entriesOf(value: object): Generator<readonly [string, unknown]> {
  for (const name in value) {
    if (Object.hasOwn(value, name)) yield [name, Reflect.get(value, name)];
  }
}
