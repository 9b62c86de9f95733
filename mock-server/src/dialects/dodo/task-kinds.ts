import type { TaskKind } from "#sandbox/kinds.js";

/**
 * What is done later. At one instant usage is taken before it is billed; what rolls over does so before the rest expires; the
 * renewal is paid, and its credits granted, after that.
 *
 * @rule EXP-20 usage, overage and rollover, expiry, renewal and grant
 * @rule EXP-21 what expires at the boundary is gone before the new grant comes
 */
export const taskKinds = {
  runMeters: { name: "run-meters", rank: 10 },
  closeCycle: { name: "close-cycle", rank: 20 },
  expireGrant: { name: "expire-grant", rank: 40 },
  renew: { name: "renew", rank: 50 },
  endTerm: { name: "end-term", rank: 60 },
  deliver: { name: "deliver", rank: 70 },
} as const satisfies { readonly [name: string]: TaskKind };
