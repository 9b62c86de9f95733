/** What a PATCH makes of a setting that may be empty: absent leaves it, null clears it. */
export const patched = <Value>(sent: Value | undefined, stored: Value): Value =>
  sent === undefined ? stored : sent;
