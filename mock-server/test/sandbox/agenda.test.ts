import { describe, expect, test } from "vitest";
import { taskKinds } from "#dialects/dodo/task-kinds.js";
import { documented } from "#domain/policy.js";
import { formatInstant, type Instant, instantMax, instantOf, parseInstant } from "#domain/time.js";
import { Agenda, schedule, TaskFailed } from "#sandbox/agenda.js";
import { SandboxClock } from "#sandbox/clock.js";
import { seededIds } from "#sandbox/ids.js";
import { Movement } from "#sandbox/movement.js";
import { Pace, Slice } from "#sandbox/pace.js";
import { memoryStore } from "#stores/memory.js";

/** Nobody is told of anything. */
const nobody = {
  record: async () => ({ isReady: false, hasEndpoints: false }),
  committed() {},
  isSettled: async () => true,
  async settle() {},
};

const at = (text: string): Instant => {
  const instant = parseInstant(`2026-01-${text}T00:00:00Z`);
  if (instant === undefined) throw new Error(text);
  return instant;
};

/** An agenda whose tasks write down when they ran, and fail for the subject "bad". */
function agendaOf(clock: SandboxClock) {
  const ran: string[] = [];
  const nothing = async () => {};
  const pace = new Pace();
  const agenda = new Agenda(
    memoryStore(),
    clock,
    seededIds("test"),
    {
      "run-meters": nothing,
      "close-cycle": nothing,
      renew: nothing,
      "end-term": nothing,
      async "expire-grant"(unit, subject) {
        unit.warn(`${subject} expires`);
        if (subject === "bad") throw new Error("no such grant");
        ran.push(
          `${subject} at ${formatInstant(unit.now).slice(0, 10)}, clock ${formatInstant(clock.now()).slice(0, 10)}`,
        );
        if (subject === "chain") schedule(unit, taskKinds.expireGrant, "link", at("05"));
      },
      deliver: nothing,
    },
    nobody,
    pace,
    documented,
  );
  const advance = async (to: Instant): Promise<number> => {
    const movement = new Movement(agenda, nobody, clock, to, new Slice(pace));
    return movement.finish(await movement.stretch(), (work) => work());
  };
  const plan = (...tasks: readonly (readonly [string, string])[]) =>
    agenda.transact(async (unit) => {
      for (const [subject, day] of tasks) schedule(unit, taskKinds.expireGrant, subject, at(day));
    });
  return { agenda, advance, ran, plan };
}

describe("the agenda", () => {
  test("runs what is due in order of time, then of planning, with the clock at each instant", async () => {
    const clock = new SandboxClock(at("01"), true);
    const { advance, ran, plan } = agendaOf(clock);
    await plan(["c", "10"], ["a", "03"], ["b", "03"], ["later", "20"]);
    expect(await advance(at("15"))).toBe(3);
    expect(ran).toEqual([
      "a at 2026-01-03, clock 2026-01-03",
      "b at 2026-01-03, clock 2026-01-03",
      "c at 2026-01-10, clock 2026-01-10",
    ]);
    expect(clock.now()).toBe(at("15"));
  });

  test("runs what a task plans on the way", async () => {
    const clock = new SandboxClock(at("01"), true);
    const { advance, ran, plan } = agendaOf(clock);
    await plan(["chain", "03"], ["end", "06"]);
    await advance(at("10"));
    expect(ran.map((it) => it.split(" ")[0])).toEqual(["chain", "link", "end"]);
  });

  test("CLK-21 what is planned for the past runs at once, what is planned for after the end never", async () => {
    const clock = new SandboxClock(at("05"), true);
    const { agenda, ran, plan } = agendaOf(clock);
    await plan(["late", "03"]);
    await agenda.transact(async (unit) => {
      schedule(unit, taskKinds.expireGrant, "beyond", instantOf(instantMax + 1));
      schedule(unit, taskKinds.expireGrant, "nowhere", instantOf(Number.NaN));
    });
    expect(ran).toEqual(["late at 2026-01-05, clock 2026-01-05"]);
    expect(await agenda.nextDue()).toBe(undefined);
  });

  test("a task that fails stops the clock at its instant, says which and why, and stays due", async () => {
    const clock = new SandboxClock(at("01"), true);
    const { agenda, advance, ran, plan } = agendaOf(clock);
    await plan(["a", "03"], ["bad", "05"], ["b", "07"]);
    const failed = advance(at("10"));
    await expect(failed).rejects.toThrow(
      "task expire-grant for bad, due 2026-01-05T00:00:00.000000Z, failed: no such grant; the clock stands at 2026-01-05T00:00:00.000000Z after 1 task, on its way from 2026-01-01T00:00:00.000000Z to 2026-01-10T00:00:00.000000Z",
    );
    expect(clock.now()).toBe(at("05"));
    expect(ran).toHaveLength(1);
    await expect(agenda.transact(async () => {})).rejects.toBeInstanceOf(TaskFailed);
  });

  test("work sees nothing that is behind the clock: what fell due runs first", async () => {
    const time = { ms: 0 };
    const clock = new SandboxClock(at("01"), false, () => time.ms);
    const { agenda, ran, plan } = agendaOf(clock);
    await plan(["a", "03"]);
    time.ms += 10 * 86_400_000;
    await agenda.transact(async (unit) => {
      expect(ran).toEqual(["a at 2026-01-03, clock 2026-01-11"]);
      expect(unit.now).toBe(at("11"));
    });
  });
});

describe("the clock", () => {
  test("runs with the machine's time, stands still when frozen, and goes on from there", () => {
    const time = { ms: 1000 };
    const clock = new SandboxClock(at("01"), false, () => time.ms);
    time.ms += 86_400_000;
    expect(clock.now()).toBe(at("02"));
    clock.freeze();
    time.ms += 86_400_000;
    expect(clock.now()).toBe(at("02"));
    clock.unfreeze();
    time.ms += 86_400_000;
    expect(clock.now()).toBe(at("03"));
  });

  test("does not follow the machine back", () => {
    const time = { ms: 86_400_000 };
    const clock = new SandboxClock(at("05"), false, () => time.ms);
    time.ms = 0;
    expect(clock.now()).toBe(at("05"));
    time.ms = 86_400_000;
    expect(clock.now()).toBe(at("06"));
  });

  test("CLK-01 is not moved back, and says where it stands", () => {
    const clock = new SandboxClock(at("05"), true);
    expect(() => clock.moveTo(at("04"))).toThrow(
      "the clock is at 2026-01-05T00:00:00.000000Z and cannot go back to 2026-01-04T00:00:00.000000Z",
    );
    expect(clock.now()).toBe(at("05"));
  });

  test("what work warns of is told to its caller, what tasks do to nobody", async () => {
    const { agenda, plan } = agendaOf(new SandboxClock(at("01"), true));
    await plan(["due at once", "01"]);
    const told: string[] = [];
    const result = await agenda.transact(
      async ({ warn }) => {
        warn("the price is low");
        return 7;
      },
      (sentence) => told.push(sentence),
    );
    expect([result, told]).toEqual([7, ["the price is low"]]);
    await agenda.transact(async ({ warn }) => warn("nobody listens"));
  });
});
