import { assert } from "../domain/errors.js";
import type { Policy } from "../domain/policy.js";
import { formatInstant, type Instant } from "../domain/time.js";
import type { SandboxClock } from "./clock.js";
import type { NextId, Store, Tx, Unit } from "./ports.js";
import { all, type Task, type TaskKind } from "./tables.js";

/** What to do when a task's time has come. Runs in a transaction of its own whose `now` is the task's instant. */
export type TaskRunners = {
  readonly [K in TaskKind]: (unit: Unit, subjectId: string) => Promise<void>;
};

/**
 * Order of work at one instant: lower goes first. Usage is taken before it is billed; what rolls over does so before
 * the rest expires; the renewal is paid, and its credits granted, after that.
 *
 * @rule EXP-20 usage, overage and rollover, expiry, renewal and grant
 * @rule EXP-21 what expires at the boundary is gone before the new grant comes
 */
const ranks: { readonly [K in TaskKind]: number } = {
  "run-meters": 10,
  "close-cycle": 20,
  "expire-grant": 40,
  renew: 50,
  "end-term": 60,
};

/** A task that threw. The clock stays at its instant and the task stays due. */
export class TaskFailed extends Error {
  override readonly name = "TaskFailed";

  constructor(
    readonly task: Task,
    cause: unknown,
  ) {
    super(
      `task ${task.kind} for ${task.subjectId}, due ${formatInstant(task.dueAt)}, failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** Writes down that something is to happen later. */
export function schedule(unit: Unit, kind: TaskKind, subjectId: string, dueAt: Instant): void {
  assert(dueAt >= unit.now, `task ${kind} for ${subjectId} is planned for the past`);
  unit.tx.put("task", { id: unit.nextId("tsk"), dueAt, rank: ranks[kind], kind, subjectId });
}

/**
 * Runs work at the tenant's present: whatever fell due before is done first, each task in its own transaction at its
 * own instant, so that work never sees a state that is behind the clock.
 */
export class Agenda {
  constructor(
    private readonly store: Store,
    private readonly clock: SandboxClock,
    private readonly nextId: NextId,
    private readonly runners: TaskRunners,
    /** Holds for every transaction that begins after it is set. */
    public policy: Policy,
  ) {}

  async transact<Result>(work: (unit: Unit) => Promise<Result>): Promise<Result> {
    for (;;) {
      const done = await this.store.transaction(async (tx) => {
        const now = this.clock.now();
        if (await firstDue(tx, now)) return undefined;
        return { result: await work(this.#unit(tx, now)) };
      });
      if (done) return done.result;
      await this.runDue(this.clock.now());
    }
  }

  /**
   * Moves the clock to `to`, stopping at every task due on the way.
   *
   * @returns how many tasks ran
   * @throws DomainError clock-backwards; TaskFailed, with the clock left at the task's instant
   */
  async advance(to: Instant): Promise<number> {
    const overdue = await this.runDue(this.clock.now());
    const ran = await this.runDue(to, (task) => this.clock.moveTo(task.dueAt));
    this.clock.moveTo(to);
    return overdue + ran;
  }

  #unit(tx: Tx, now: Instant): Unit {
    return { tx, now, nextId: this.nextId, policy: this.policy };
  }

  private async runDue(until: Instant, before: (task: Task) => void = () => {}): Promise<number> {
    for (let ran = 0; ; ran++) {
      const found = await this.store.transaction(async (tx) => {
        const task = await firstDue(tx, until);
        if (!task) return false;
        before(task);
        tx.delete("task", task.id);
        try {
          await this.runners[task.kind](this.#unit(tx, task.dueAt), task.subjectId);
        } catch (cause) {
          throw new TaskFailed(task, cause);
        }
        return true;
      });
      if (!found) return ran;
    }
  }
}

async function firstDue(tx: Tx, until: Instant): Promise<Task | undefined> {
  const [task] = await tx.find("task", "due", all, { limit: 1 });
  return task && task.dueAt <= until ? task : undefined;
}
