type Fetch = typeof fetch;

/**
 * A `fetch` that hands out its first `parties` answers together, once all of them are there; later ones at once. Whoever
 * looks before acting has looked, when the first one acts: the worst order of events, every time.
 *
 * @param parties how many callers race; each must make a call, or the others wait for ever
 */
export function lockstep(fetch: Fetch, parties: number): Fetch {
  let waiting = parties;
  let release: () => void;
  const everybody = new Promise<void>((resolve) => {
    release = resolve;
  });
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } finally {
      waiting -= 1;
      if (waiting === 0) release();
      await everybody;
    }
  };
}
