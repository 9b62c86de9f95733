import type { Case } from "../case.js";
import { answers } from "./answers.js";
import { clientOptions } from "./client-options.js";
import { errors } from "./errors.js";
import { logging } from "./logging.js";
import { operations } from "./operations.js";
import { paging } from "./paging.js";
import { requestOptions } from "./request-options.js";
import { retries } from "./retries.js";
import { webhooks } from "./webhooks.js";

/** By subject. */
export const cases: { readonly [subject: string]: readonly Case[] } = {
  operations,
  "options of a call": requestOptions,
  "options of the client": clientOptions,
  answers,
  errors,
  retries,
  paging,
  logging,
  webhooks,
};
