import { closest, distance } from "fastest-levenshtein";

/** Letters a name may have and still be compared: any longer one resembles nothing there is. */
const lettersMax = 100;

/** Letters two names may differ by, and no more than a third of them. */
const typoMax = 3;

/** Letters of a beginning that is taken for the whole. */
const beginningMin = 3;

/** Letters of a field that may have one wrong: shorter ones are too much alike. */
const fieldMin = 4;

/** The known name that another one comes near, in parentheses, to follow it; nothing where none does. */
export function didYouMean(name: string, known: readonly string[], mark = "`"): string {
  const meant = meantAmong(name, known);
  return meant === undefined ? "" : ` (did you mean ${mark}${meant}${mark}?)`;
}

/** The known name that another one is the beginning of, or a typing error away from. */
function meantAmong(name: string, known: readonly string[]): string | undefined {
  if (name.length > lettersMax || known.length === 0) return undefined;
  const longer = name.length < beginningMin ? [] : known.filter((it) => it.startsWith(name));
  if (longer.length === 1) return longer[0];
  const near = nearestOf(name, known);
  return distance(name, near) <= Math.min(typoMax, Math.ceil(near.length / 3)) ? near : undefined;
}

/** The known field that a name is a typing error away from, or the same but for capitals and what is no letter. */
export function fieldMeant(name: string, known: readonly string[]): string | undefined {
  // Comparing letter by letter costs the product of both lengths; what is longer than all of these is none of them.
  const candidates = known.filter((it) => name.length <= it.length + typoMax);
  if (candidates.length === 0) return undefined;
  const near = nearestOf(name, candidates);
  if (near.length < fieldMin) return undefined;
  const squash = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  if (squash(name) === squash(near)) return near;
  return distance(name, near) <= Math.min(typoMax, Math.floor(near.length / 3)) ? near : undefined;
}

/** Whether a segment of a path is as good as that one, however long they are. */
export const resembles = (segment: string, known: string): boolean =>
  distance(segment, known) <= known.length / 3;

/** The one of some names that takes the fewest letters to change, however far it is; there is at least one. */
export const nearestOf = (name: string, known: readonly string[]): string =>
  closest(name, [...known]);

/** Letters to change, insert or leave out to make one text of another. */
export { distance };
