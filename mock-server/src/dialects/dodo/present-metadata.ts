import type { components } from "@drawdown/spec/dodo";
import type { Metadata } from "#domain/metadata.js";

type Wire = components["schemas"]["Metadata"];

/**
 * Metadata as the document has it. There a whole number beyond 2^53 is a number like any other, which it is once it is
 * written; only the languages that read it tell them apart.
 */
export const presentMetadata = <Kept extends Metadata | null>(
  metadata: Kept,
): Kept extends null ? null : Wire => metadata as Kept extends null ? null : Wire;

/** The same for a single value. */
export const presentValue = (value: Metadata[string]): Wire[string] => value as Wire[string];
