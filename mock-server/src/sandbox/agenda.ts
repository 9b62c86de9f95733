import { assert } from "../domain/errors.js";
import type { Policy } from "../domain/policy.js";
import { formatInstant, type Instant, instantMax } from "../domain/time.js";
import type { SandboxClock } from "./clock.js";
import { all, type Task, type TaskKind, taskRecords } from "./kinds.js";
import { type Pace, Slice } from "./pace.js";
import { PacedTx } from "./paced-tx.js";
import type { NextId, Recorded, Store, Transaction, Tx, Warn } from "./ports.js";

/**
 * What to do when a task's time has come, by the name of its kind. Runs in a transaction of its own whose `now` is the
 * task's instant.
 */
export interface TaskRunners {
  readonly [kind: string]: (unit: Transaction, subjectId: string) => Promise<void>;
}

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

/** What is told of everything that happened, before and after it is committed. */
export interface EventRecorder {
  /** Writes down, in the same transaction, what its happenings call for. */
  record(unit: Transaction): Promise<Recorded>;
  /** Told after the commit, and not waited for. */
  committed(recorded: Recorded): void;
  /** Whether nothing is to be sent, or is being sent, at the instant the clock shows. */
  isSettled(unit: Transaction): Promise<boolean>;
  /** Sends what is ready, at the instant the clock shows, until nothing is. */
  settle(): Promise<void>;
}

const unheard: Warn = () => {};

/**
 * Writes down that something is to happen later; what is planned for that instant already is not planned again.
 *
 * A task is run again before every call until it succeeds, so planning must not fail within one.
 *
 * @rule CLK-21 what would be due in the past is due now, and what lies beyond the year 9999 never is
 */
export function schedule(unit: Transaction, kind: TaskKind, subjectId: string, at: Instant): void {
  if (!(at <= instantMax)) return;
  const dueAt = at < unit.now ? unit.now : at;
  unit.happened.push({ kind: "planned" });
  unit.tx.put(taskRecords, {
    id: `${kind.name} ${subjectId} ${dueAt}`,
    dueAt,
    rank: kind.rank,
    kind: kind.name,
    subjectId,
  });
}

/**
 * Runs work at the tenant's present: whatever fell due before is done first, each task in its own transaction at its
 * own instant, so that work never sees a state that is behind the clock. Whoever calls has the tenant to himself.
 */
export class Agenda {
  constructor(
    private readonly store: Store,
    private readonly clock: SandboxClock,
    private readonly nextId: NextId,
    private readonly runners: TaskRunners,
    private readonly witness: EventRecorder,
    private readonly pace: Pace,
    /** Holds for every transaction that begins after it is set. */
    public policy: Policy,
  ) {}

  /** @param warn told what the work warns of; left out, nobody is */
  async transact<Result>(
    work: (unit: Transaction) => Promise<Result>,
    warn: Warn = unheard,
  ): Promise<Result> {
    const slice = new Slice(this.pace);
    for (;;) {
      const done = await this.#transaction(slice, async (tx) => {
        const now = this.clock.now();
        if (await firstDue(tx, now)) return undefined;
        return this.#recorded(tx, now, work, warn);
      });
      if (done) {
        this.#tell(done.recorded);
        return done.result;
      }
      const until = this.clock.now();
      while (await this.runNext(until, slice));
    }
  }

  /** When the next task is due, if there is one. */
  async nextDue(): Promise<Instant | undefined> {
    return (await this.store.transaction((tx) => firstTask(tx)))?.dueAt;
  }

  /**
   * Runs the first task that is due until then, in a transaction of its own.
   *
   * @returns whether there was one
   * @throws TaskFailed, with the task still due; the reason of the slice when it is to stop
   */
  async runNext(until: Instant, slice: Slice): Promise<boolean> {
    const done = await this.#transaction(slice, async (tx) => {
      const task = await firstDue(tx, until);
      if (!task) return undefined;
      tx.delete(taskRecords, task.id);
      try {
        return await this.#recorded(tx, task.dueAt, (unit) => this.#run(task, unit), unheard);
      } catch (cause) {
        slice.check();
        throw new TaskFailed(task, cause);
      }
    });
    if (done) this.#tell(done.recorded);
    return done !== undefined;
  }

  /** Whether nothing is to be sent at the present instant. */
  isSettled(slice: Slice): Promise<boolean> {
    return this.#transaction(slice, (tx) =>
      this.witness.isSettled(this.#unit(tx, this.clock.now(), unheard)),
    );
  }

  #transaction<Result>(slice: Slice, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.store.transaction((tx) => work(new PacedTx(tx, slice)));
  }

  #run({ kind, subjectId }: Task, unit: Transaction): Promise<void> {
    const run = this.runners[kind];
    assert(run !== undefined, `nobody runs tasks of the kind ${kind}`);
    return run(unit, subjectId);
  }

  /** Does work and writes down what it made happen. */
  async #recorded<Result>(
    tx: Tx,
    now: Instant,
    work: (unit: Transaction) => Promise<Result>,
    warn: Warn,
  ) {
    const unit = this.#unit(tx, now, warn);
    const result = await work(unit);
    const recorded = unit.happened.length > 0 ? await this.witness.record(unit) : undefined;
    return { result, recorded };
  }

  #unit(tx: Tx, now: Instant, warn: Warn): Transaction {
    return { tx, now, nextId: this.nextId, policy: this.policy, happened: [], warn };
  }

  #tell(recorded: Recorded | undefined): void {
    if (recorded) this.witness.committed(recorded);
  }
}

async function firstTask(tx: Tx): Promise<Task | undefined> {
  const [task] = await tx.find(taskRecords, "due", all, { limit: 1 });
  return task;
}

async function firstDue(tx: Tx, until: Instant): Promise<Task | undefined> {
  const task = await firstTask(tx);
  return task && task.dueAt <= until ? task : undefined;
}
