import { assert } from "../../domain/errors.js";
import { expire } from "../../domain/ledger/expire.js";
import type { TaskRunners } from "../../sandbox/agenda.js";
import { post } from "../../sandbox/post.js";

/** What happens when a task's time has come. */
export const tasks: TaskRunners = {
  async "expire-grant"(unit, grantId) {
    const grant = await unit.tx.get("grant", grantId);
    assert(grant !== undefined, `grant ${grantId} is to expire but is not stored`);
    const account = await unit.tx.get("account", grant.accountId);
    assert(account !== undefined, `account ${grant.accountId} of grant ${grantId} is not stored`);
    const posting = expire(account, grant, grant.source, unit.now);
    if (posting) post(unit, account, posting);
  },
};
