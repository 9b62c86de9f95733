import { DomainError } from "../domain/errors.js";
import type { Policy } from "../domain/policy.js";
import type { Instant } from "../domain/time.js";
import { Agenda, type EventRecorder, type TaskRunners } from "./agenda.js";
import { Alarm, type SetTimer } from "./alarm.js";
import { SandboxClock } from "./clock.js";
import { Courier } from "./courier.js";
import { seededIds } from "./ids.js";
import type { Kind, Stored } from "./kinds.js";
import type { Line } from "./line.js";
import { type Halt, Movement } from "./movement.js";
import { type Pace, Slice } from "./pace.js";
import type { Deliveries, OpenStore, Recorded, Send, Store, Transaction } from "./ports.js";

/** How a tenant's world begins, and begins again at a reset. */
export interface InitialState {
  /** Instant its clock starts at; null: the machine's time. */
  readonly at: Instant | null;
  readonly isFrozen: boolean;
  readonly seed: string;
  readonly policy: Policy;
}

/** What the wire format adds to a tenant: what tasks do, and how deliveries are recorded and put together. */
export interface Behaviour {
  readonly runners: TaskRunners;
  /** The one kind of which there may be records from the start. */
  readonly initialKind: Kind<Stored, "all">;
  /** Puts in place what is there from the start; answers how many endpoints. */
  begin(unit: Transaction, key: string): Promise<number>;
  record(unit: Transaction): Promise<Recorded>;
  deliveriesOf(businessId: string): Deliveries;
}

/** What a tenant reaches outside through. */
export interface Ports {
  readonly openStore: OpenStore;
  readonly send: Send;
  readonly setTimer: SetTimer;
  /** Shared by all tenants, as the event loop is. */
  readonly pace: Pace;
}

/** What a clock shows. */
export interface ClockReading {
  readonly now: Instant;
  readonly isFrozen: boolean;
  /** The move that is under way, if one is. */
  readonly movement: Pick<Movement, "from" | "to" | "ran"> | null;
}

/** Why a world does nothing by itself any more. */
export type Ending = "closed" | "reset";

/**
 * What a tenant is from one reset to the next. Whatever was planned in it finds it gone once it has ended.
 *
 * @rule CLK-11 nothing of a world that has ended runs, writes, sends or moves the clock
 */
export class World {
  readonly clock: SandboxClock;
  readonly agenda: Agenda;
  /** Sends webhooks. */
  readonly courier: Courier;
  readonly alarm: Alarm;
  /** Also the id of its one brand, as observed for primary brands. */
  readonly businessId: string;
  /** Work of one transaction, in its turn; refused once this world has ended. */
  readonly transact: Agenda["transact"];
  readonly #stopping = new AbortController();
  readonly #pace: Pace;
  readonly #witness: EventRecorder;
  #ending: Ending | null = null;
  #movement: Movement | null = null;
  #endpointsAtFirst = 0;

  constructor(
    readonly beginning: InitialState,
    private readonly line: Line,
    store: Store,
    outside: Ports,
    private readonly behaviour: Behaviour,
    idScope: string,
  ) {
    const { at, isFrozen, seed, policy } = beginning;
    this.#pace = outside.pace;
    this.transact = (work, warn) => this.inTurn(() => this.agenda.transact(work, warn));
    this.clock = new SandboxClock(at, isFrozen);
    const nextId = seededIds(`${seed} ${idScope}`);
    this.businessId = nextId("bus");
    this.courier = new Courier(
      this.transact,
      behaviour.deliveriesOf(this.businessId),
      outside.send,
      this.signal,
    );
    this.#witness = {
      record: behaviour.record,
      committed: ({ isReady, hasEndpoints }) => {
        if (isReady) this.courier.wake();
        if (hasEndpoints) void this.alarm.set().catch(ignore);
      },
      isSettled: (unit) => this.courier.isSettled(unit),
      settle: async () => void (await this.courier.settle()),
    };
    const { runners } = behaviour;
    this.agenda = new Agenda(store, this.clock, nextId, runners, this.#witness, this.#pace, policy);
    const nextDue = () => this.inTurn(() => this.agenda.nextDue());
    this.alarm = new Alarm(this.clock, { transact: this.transact, nextDue }, outside.setTimer);
  }

  /** Aborts when it does nothing by itself any more. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** The move of its clock that is under way, if one is. */
  get movement(): Movement | null {
    return this.#movement;
  }

  /** What the clock shows at this moment. */
  get reading(): ClockReading {
    const movement = this.#movement;
    return {
      now: this.clock.now(),
      isFrozen: this.clock.isFrozen,
      movement: movement && { from: movement.from, to: movement.to, ran: movement.ran },
    };
  }

  /** How many endpoints it began with. */
  get endpointsAtFirst(): number {
    return this.#endpointsAtFirst;
  }

  /** Puts in place what is there from the start. */
  async begin(key: string): Promise<void> {
    this.#endpointsAtFirst = await this.agenda.transact((unit) => this.behaviour.begin(unit, key));
  }

  /**
   * Does work of this world once all that came before is done.
   *
   * @throws DomainError world-ended
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.line.enter(async () => {
      this.check();
      return work();
    });
  }

  /** @throws DomainError world-ended */
  check(): void {
    if (this.#ending) throw ended(this.#ending);
  }

  /**
   * Begins to move the clock.
   *
   * @rule CLK-05 one call at a time moves it
   * @param until ends the move, too, when it aborts
   * @throws DomainError clock-backwards; clock-busy while another call moves it: waiting could be for a receiver that
   *   waits for this one
   */
  depart(to: Instant, until: AbortSignal, arrive: () => void): Movement {
    if (this.#movement) {
      throw new DomainError("clock-busy", "CLK-05", {
        message: `the clock is being moved by another call, and is ${this.#movement.progress}; wait until that one is answered, and do not move the clock from a webhook receiver, which the move waits for`,
      });
    }
    const slice = new Slice(this.#pace, [this.signal, until]);
    const over = (hasArrived: boolean) => {
      this.#movement = null;
      if (hasArrived) arrive();
    };
    this.#movement = new Movement(this.agenda, this.#witness, this.clock, to, slice, over);
    return this.#movement;
  }

  /**
   * Goes all the way.
   *
   * @param first where the first stretch ended
   * @returns how many tasks ran
   */
  async finish(movement: Movement, first: Halt): Promise<number> {
    try {
      return await movement.finish(first, (work) => this.inTurn(work));
    } finally {
      if (this.#movement === movement) this.#movement = null;
      await this.alarm.adjust().catch(ignore);
    }
  }

  /** Does nothing by itself any more: its alarm is off, nothing is sent, and its clock goes no further. */
  stop(ending: Ending = "closed"): void {
    if (this.signal.aborted) return;
    this.alarm.stop();
    this.#stopping.abort(ended(ending, this.#movement?.progress));
  }

  /** From now on nothing of it is written either. */
  end(ending: Ending): void {
    this.stop(ending);
    this.#ending = ending;
  }
}

function ended(ending: Ending, progress?: string): DomainError {
  const what =
    ending === "reset"
      ? "this key was reset while the call was under way, and everything before that is gone"
      : "the sandbox, or this key of it, was closed while the call was under way";
  const where = progress === undefined ? "" : `; the clock was ${progress}`;
  return new DomainError("world-ended", "CLK-11", { message: `${what}${where}` });
}

/** Whoever calls next is told what keeps the store from answering; a world that has ended has no alarm. */
const ignore = () => {};
