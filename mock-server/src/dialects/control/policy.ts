import { changedPolicy, type Policy, profileOf } from "#domain/policy.js";
import { type HandlersOf, ok, type Schemas } from "./context.js";

/** How the tenant answers what sources answer differently. */
export const policy: HandlersOf<"readPolicy" | "setPolicy"> = {
  async readPolicy({ tenant }) {
    return ok(presentPolicy(await tenant.inTurn(async ({ agenda }) => agenda.policy)));
  },

  async setPolicy({ tenant }, { body }) {
    const changed = await tenant.inTurn(async ({ agenda }) => {
      agenda.policy = changedPolicy(agenda.policy, body);
      return agenda.policy;
    });
    return ok(presentPolicy(changed));
  },
};

const presentPolicy = (it: Policy): Schemas["Policy"] => ({ profile: profileOf(it), ...it });
