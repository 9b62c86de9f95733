import { closest, distance } from "fastest-levenshtein";

/** Letters a name may have and still be compared: any longer one resembles nothing there is. */
const lettersMax = 100;

/** Letters two names may differ by, and no more than a third of them. */
const typoMax = 3;

/** Letters of a beginning that is taken for the whole. */
const beginningMin = 3;

/** The known name that another one is the beginning of, or a typing error away from. */
function meantAmong(name: string, known: readonly string[]): string | undefined {
  if (name.length > lettersMax || known.length === 0) return undefined;
  const longer = name.length < beginningMin ? [] : known.filter((it) => it.startsWith(name));
  if (longer.length === 1) return longer[0];
  const near = closest(name, [...known]);
  return distance(name, near) <= Math.min(typoMax, Math.ceil(near.length / 3)) ? near : undefined;
}

/** The same in parentheses, to follow the name; nothing where no name comes near. */
export function didYouMean(name: string, known: readonly string[], mark = "`"): string {
  const meant = meantAmong(name, known);
  return meant === undefined ? "" : ` (did you mean ${mark}${meant}${mark}?)`;
}
