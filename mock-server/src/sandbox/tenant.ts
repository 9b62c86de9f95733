import type { Instant } from "../domain/time.js";
import type { Agenda } from "./agenda.js";
import { seededIds } from "./ids.js";
import { all } from "./kinds.js";
import { Line } from "./line.js";
import type { Movement } from "./movement.js";
import { nextTurn } from "./pace.js";
import type { NextId, Store } from "./ports.js";
import {
  type Behaviour,
  type ClockReading,
  type Ending,
  type InitialState,
  type Ports,
  World,
} from "./world.js";

/** Where the clock is to be, what then, and what ends the move before it is there. */
export interface Move {
  /** Given the present. */
  readonly to: (now: Instant) => Instant;
  /** Whether the clock stands still on arrival; absent: as before. */
  readonly isFrozen?: boolean | undefined;
  /** Aborts when nobody waits for the move any more. */
  readonly until?: AbortSignal;
}

/** A move that has ended: what the clock showed on arrival, and how many tasks ran. */
export interface Moved {
  readonly reading: ClockReading;
  readonly ran: number;
}

/** A move as it sets out; without a movement the clock is there already. */
interface SetOut {
  readonly world: World;
  readonly movement?: Movement;
  readonly arrival: { reading: ClockReading };
}

const never = new AbortController().signal;

/**
 * One bearer token's worlds, one at a time: each with its own data, clock and ids. Whatever is asked of it has its turn
 * in the order it was asked, resets and changes of its clock included, and meets the world there is by then.
 *
 * @rule CLK-10 resets, closing and clock changes are ordered with the calls around them
 */
export class Tenant {
  readonly #store: Store;
  readonly #line = new Line();
  #world: World;
  #isClosed = false;

  /** Work of one transaction, in its turn. */
  readonly agenda: Pick<Agenda, "transact"> = {
    transact: (work, warn) => this.inTurn(({ agenda }) => agenda.transact(work, warn)),
  };

  constructor(
    readonly key: string,
    private readonly beginning: InitialState,
    private readonly outside: Ports,
    private readonly behaviour: Behaviour,
    /** What tells its ids from those of other tenants with the same seed. */
    private readonly idScope: string = key,
  ) {
    this.#store = outside.openStore(key);
    this.#world = this.#make(beginning);
    const world = this.#world;
    void world.inTurn(() => world.begin(key)).catch(ignore);
    world.courier.wake(); // a durable store may hold deliveries from before
  }

  /** The world as it is at this moment; a reset puts another in its place. */
  get world(): World {
    return this.#world;
  }

  /** Whether its key has been given up. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Does work in its turn, with the world there is by then. */
  async inTurn<Result>(work: (world: World) => Promise<Result>): Promise<Result> {
    const result = await this.#line.enter(async () => {
      const world = this.#world;
      world.check();
      return work(world);
    });
    const pause = this.outside.pace.breathe();
    if (pause) await pause;
    return result;
  }

  /** Whether it holds nothing but what was there from the start. */
  isEmpty(): Promise<boolean> {
    return this.inTurn((world) => this.#isEmpty(world));
  }

  /**
   * Moves the clock, and does everything that falls due on the way.
   *
   * @throws DomainError clock-busy, clock-backwards; MoveFailed; the reason of `until`
   */
  advance(move: Move): Promise<Moved> {
    return this.#go(async (world) => this.#depart(world, move));
  }

  /** As `advance`, but anywhere while nothing is stored. */
  setClock(move: Move): Promise<Moved> {
    return this.#go(async (world) => {
      if (!(await this.#isEmpty(world))) return this.#depart(world, move);
      const at = move.to(world.clock.now());
      const isFrozen = move.isFrozen ?? world.clock.isFrozen;
      const begun = await this.#restart({ at, isFrozen });
      return { world: begun, arrival: { reading: begun.reading } };
    });
  }

  /**
   * What the clock shows.
   *
   * @rule CLK-04 in its turn as any other call, unless what moves the clock keeps it waiting
   */
  readClock(): Promise<ClockReading> {
    const inTurn = this.inTurn(async (it) => it.reading);
    const meanwhile = new Promise<void>(nextTurn).then(() =>
      this.#world.movement ? this.#world.reading : inTurn,
    );
    return Promise.race([inTurn, meanwhile]);
  }

  /** Stops the clock, or lets it run on. */
  async freeze(isFrozen: boolean): Promise<ClockReading> {
    const { world, reading } = await this.inTurn(async (it) => {
      setFrozen(it, isFrozen);
      return { world: it, reading: it.reading };
    });
    await world.alarm.adjust();
    return reading;
  }

  /** Forgets everything and starts again, with whatever of the beginning is not given as it was. */
  reset(changes: Partial<InitialState> = {}): Promise<ClockReading> {
    return this.inTurn(async () => (await this.#restart(changes)).reading);
  }

  /** Forgets everything and does nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.inTurn(() => this.#end("closed"));
  }

  /** Does nothing by itself any more: its alarm is off, nothing is sent, and a clock that is being moved stops. */
  stop(): void {
    this.#world.stop();
  }

  #make(beginning: InitialState): World {
    const { outside, behaviour, idScope } = this;
    return new World(beginning, this.#line, this.#store, outside, behaviour, idScope);
  }

  async #end(ending: Ending): Promise<void> {
    this.#world.end(ending);
    await this.#store.clear();
  }

  async #restart(changes: Partial<InitialState>): Promise<World> {
    const isStopped = this.#world.signal.aborted;
    await this.#end("reset");
    this.#world = this.#make({ ...this.beginning, ...changes });
    if (isStopped) this.#world.stop();
    await this.#world.begin(this.key);
    return this.#world;
  }

  async #isEmpty(world: World): Promise<boolean> {
    const { initialKind } = this.behaviour;
    const initial = await this.#store.transaction(async (tx) => tx.find(initialKind, "all", all));
    return initial.length === world.endpointsAtFirst && (await this.#store.isEmpty([initialKind]));
  }

  #depart(world: World, { to, isFrozen, until = never }: Move): SetOut {
    const arrival = { reading: world.reading };
    const arrive = () => {
      if (isFrozen !== undefined) setFrozen(world, isFrozen);
      arrival.reading = world.reading;
    };
    return { world, movement: world.depart(to(world.clock.now()), until, arrive), arrival };
  }

  /** Sets out in its turn and goes as far as it may in one, then on and on. */
  async #go(setOut: (world: World) => Promise<SetOut>): Promise<Moved> {
    const { world, movement, arrival, first } = await this.inTurn(async (present) => {
      const begun = await setOut(present);
      const first = await begun.movement?.stretch();
      return { ...begun, first };
    });
    if (!movement || !first) return { reading: arrival.reading, ran: 0 };
    const ran = await world.finish(movement, first);
    return { reading: arrival.reading, ran };
  }
}

const setFrozen = ({ clock }: World, isFrozen: boolean): void =>
  isFrozen ? clock.freeze() : clock.unfreeze();

/** Whoever calls first is told what keeps the store from answering. */
const ignore = () => {};

/** What a bearer token opens. */
export interface Access {
  readonly tenant: Tenant;
  readonly mayWrite: boolean;
}

const writing = (tenant: Tenant): Access => ({ tenant, mayWrite: true });

/** Every tenant of a sandbox, by the keys that open it. */
export class Tenants {
  readonly #accesses = new Map<string, Access>();
  readonly #nextId: NextId;

  constructor(
    /** How a tenant begins unless it is asked to begin otherwise. */
    readonly beginning: InitialState,
    private readonly make: (key: string, beginning: InitialState, idScope?: string) => Tenant,
    /** Most keys, so that a loop over random ones ends in an error instead of in an empty machine. */
    readonly keysMax: number,
  ) {
    this.#nextId = seededIds(`${beginning.seed} keys`);
  }

  /** Every tenant, in the order they were opened. */
  get all(): readonly Tenant[] {
    return [...new Set([...this.#accesses.values()].map((it) => it.tenant))];
  }

  /** What the key opens, its tenant made on first use; `undefined` when there are too many. */
  access(key: string): Access | undefined {
    return this.#accesses.get(key) ?? this.#add(key, () => writing(this.make(key, this.beginning)));
  }

  /** What the key opens by now, if anything. */
  find(key: string): Access | undefined {
    return this.#accesses.get(key);
  }

  /** Makes a tenant for a key that opens none yet; `undefined` when there are too many. */
  open(key: string, beginning: InitialState): Access | undefined {
    return this.#add(key, () => writing(this.make(key, beginning)));
  }

  /**
   * Makes a tenant for a key that is made up; `undefined` when there are too many. Such a key depends on how many there
   * were before, so it is kept out of the ids.
   */
  openAnother(beginning: InitialState): Access | undefined {
    let key = this.#nextId("dodo_test");
    while (this.#accesses.has(key)) key = this.#nextId("dodo_test");
    return this.#add(key, () => writing(this.make(key, beginning, "")));
  }

  /** Lets a key that opens nothing yet open a tenant; `undefined` when there are too many. */
  addKey(key: string, access: Access): Access | undefined {
    return this.#add(key, () => access);
  }

  /** Closes a tenant and forgets every key of it. */
  async close(tenant: Tenant): Promise<void> {
    for (const [key, access] of this.#accesses) {
      if (access.tenant === tenant) this.#accesses.delete(key);
    }
    await tenant.close();
  }

  /** Has every tenant do nothing by itself any more. */
  stop(): void {
    for (const tenant of this.all) tenant.stop();
  }

  #add(key: string, make: () => Access): Access | undefined {
    if (this.#accesses.size >= this.keysMax) return undefined;
    const access = make();
    this.#accesses.set(key, access);
    return access;
  }
}
