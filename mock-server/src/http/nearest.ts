import { distance, resembles } from "./did-you-mean.js";

/** What an operation is known by: a method, and a path with parameters in braces. */
export interface Operation {
  readonly method: string;
  readonly path: string;
}

/** Segments and characters a path may have and still be compared: any longer one resembles nothing there is. */
const segmentsMax = 12;
const charactersMax = 300;

/**
 * The operation whose path most resembles the one asked for; of equals one with the same method, or else the first.
 * Nothing when no segment comes near the name of a resource: then any hint would mislead.
 */
export function nearest(
  method: string,
  path: string,
  operations: readonly Operation[],
): Operation | undefined {
  const segments = path.split("/").slice(1);
  if (segments.length > segmentsMax || path.length > charactersMax) return undefined;
  let found: Operation | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const operation of operations) {
    const template = operation.path.split("/").slice(1);
    if (!segments.some((it) => resembles(it, template[0] ?? ""))) continue;
    // Edits are whole numbers, so half of one decides between equals alone.
    const edits = editsBetween(template, segments) + (operation.method === method ? 0 : 0.5);
    if (edits < least) [found, least] = [operation, edits];
  }
  return found;
}

/** Letters to change, segment by segment, to make a path of a template. A parameter stands for any segment. */
function editsBetween(template: readonly string[], path: readonly string[]): number {
  let edits = 0;
  let before = [0, ...path.map((segment) => (edits += whole(segment)))];
  for (const known of template) {
    let last = (before[0] ?? 0) + whole(known);
    const row = [last];
    for (const [position, segment] of path.entries()) {
      const changed = (before[position] ?? 0) + between(known, segment);
      const left = (before[position + 1] ?? 0) + whole(known);
      last = Math.min(changed, left, last + whole(segment));
      row.push(last);
    }
    before = row;
  }
  return before.at(-1) ?? 0;
}

/** What it takes to insert or to leave out a segment, slashes and all. */
const whole = (segment: string): number => segment.length + 2;

const between = (known: string, segment: string): number =>
  known.startsWith("{") && segment !== "" ? 0 : distance(known, segment);
