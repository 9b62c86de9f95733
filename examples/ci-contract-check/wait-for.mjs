// Waits until something answers at an address, whatever it says: `node wait-for.mjs http://127.0.0.1:4010`.
import { setTimeout } from "node:timers/promises";

const [address] = process.argv.slice(2);
const secondsMax = 180; // an installation from nothing takes less

for (let second = 0; ; second += 1) {
  try {
    await fetch(address);
    break;
  } catch (error) {
    if (second === secondsMax) throw new Error(`nothing answers at ${address}`, { cause: error });
    await setTimeout(1000);
  }
}
