import { type Ledger, postTo } from "#sandbox/post.js";
import { kinds } from "../kinds.js";
import { taskKinds } from "../task-kinds.js";

/** Where this dialect keeps its ledger. */
export const ledger: Ledger = {
  account: kinds.account,
  grant: kinds.grant,
  entry: kinds.entry,
  entryIds: "cdl",
  closing: taskKinds.expireGrant,
};

export const post = postTo(ledger);
