import {
  addDuration,
  formatInstant,
  type Instant,
  instantMax,
  parseDuration,
} from "#domain/time.js";
import type { Caller } from "#http/contract.js";
import { readInstant } from "#http/read-instant.js";
import { RequestError } from "#http/request-error.js";
import type { ClockReading } from "#sandbox/world.js";
import { type HandlersOf, ok, type Schemas } from "./context.js";

/** The tenant's clock, which stands still, runs or is moved. */
export const clock: HandlersOf<"readClock" | "setClock" | "advanceClock"> = {
  async readClock({ tenant }) {
    return ok(presentClock(await tenant.readClock()));
  },

  async setClock({ tenant, hungUp }, { body }) {
    const { frozen: isFrozen = tenant.world.clock.isFrozen } = body;
    if (body.now === undefined) return ok(presentClock(await tenant.freeze(isFrozen)));
    const now = readInstant(body.now, "now");
    const { reading } = await tenant.setClock({
      to: () => now,
      isFrozen: body.frozen,
      ...untilOf(hungUp),
    });
    return ok(presentClock(reading));
  },

  async advanceClock({ tenant, hungUp }, { body }) {
    const to = (now: Instant) => destination(now, body);
    const { reading, ran } = await tenant.advance({ to, ...untilOf(hungUp) });
    return ok({ ...presentClock(reading), tasks_run: ran });
  },
};

/** Where a clock is, and where it is on its way to. */
export const presentClock = ({ now, isFrozen, movement }: ClockReading): Schemas["Clock"] => ({
  now: formatInstant(now),
  frozen: isFrozen,
  ...(movement && {
    moving: {
      from: formatInstant(movement.from),
      to: formatInstant(movement.to),
      tasks_run: movement.ran,
    },
  }),
});

const untilOf = (hungUp: Caller["hungUp"]) => (hungUp ? { until: hungUp() } : {});

/** Where an advance leads: by a duration or to an instant, never both. */
function destination(now: Instant, { by, to }: { by?: string; to?: string }): Instant {
  if ((by === undefined) === (to === undefined)) {
    throw refused("send either `by`, a duration such as 30d or P1M, or `to`, an instant");
  }
  if (to !== undefined) return readInstant(to, "to");
  const duration = parseDuration(by ?? "");
  if (!duration) {
    throw refused(
      `\`by\` is ${JSON.stringify(by)} but must be a duration: ISO 8601 such as P1M or PT90S, or short such as 30d or 1h30m`,
    );
  }
  const end = addDuration(now, duration);
  if (!(end <= instantMax)) {
    throw refused(
      `\`by\` is ${JSON.stringify(by)}, which leads past ${formatInstant(instantMax)}; send a shorter duration`,
    );
  }
  return end;
}

const refused = (reason: string): RequestError =>
  new RequestError("body-invalid", "", `Your request body is invalid: ${reason}`);
