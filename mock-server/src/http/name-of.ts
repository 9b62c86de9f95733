import { clip } from "./excerpt.js";

/** Characters of a path that are shown. */
const shownMax = 120;

/** What a place in a body is called in a message: its path, or the body as a whole. */
export const nameOf = (steps: readonly (string | number)[]): string =>
  steps.length === 0 ? "the body" : `\`${clip(steps.map(stepText).join(""), shownMax)}\``;

const stepText = (step: string | number, position: number): string =>
  /^\d+$/.test(String(step)) ? `[${step}]` : position === 0 ? String(step) : `.${step}`;
