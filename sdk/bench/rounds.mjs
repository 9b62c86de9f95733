/**
 * Runs every contestant once a round, in turns, each round beginning with another one, so that what the machine does
 * meanwhile falls on all alike.
 *
 * @param contestants functions by name, each resolving with one measured number
 * @returns the numbers by name, one a round, in the order of rounds
 */
export async function inTurns(contestants, rounds) {
  const names = Object.keys(contestants);
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      found[name].push(await contestants[name]());
    }
  }
  return found;
}

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The median of each round's ratio to another contestant of the same round. */
export const ratio = (numbers, others) => median(numbers.map((it, round) => it / others[round]));

const digits = (value, count) => Number(value.toFixed(count));

/** A row a contestant: its median, and its ratio to `base`. */
export const compare = (found, base, decimals) =>
  Object.entries(found).map(([name, numbers]) => ({
    name,
    median: digits(median(numbers), decimals),
    ratio: digits(ratio(numbers, found[base]), 2),
  }));
