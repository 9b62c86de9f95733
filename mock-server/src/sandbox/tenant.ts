import { DomainError } from "../domain/errors.js";
import type { Policy } from "../domain/policy.js";
import type { Instant } from "../domain/time.js";
import { Agenda, type TaskRunners } from "./agenda.js";
import { Alarm, type SetTimer } from "./alarm.js";
import { SandboxClock } from "./clock.js";
import { Courier } from "./courier.js";
import { seededIds } from "./ids.js";
import type { Deliveries, NextId, OpenStore, Recorded, Send, Store, Unit } from "./ports.js";
import { all } from "./tables.js";

/** How a tenant's world begins, and begins again at a reset. */
export interface Beginning {
  /** Instant its clock starts at; null: the machine's time. */
  readonly at: Instant | null;
  readonly isFrozen: boolean;
  readonly seed: string;
  readonly policy: Policy;
}

interface World {
  readonly beginning: Beginning;
  readonly clock: SandboxClock;
  readonly agenda: Agenda;
  readonly courier: Courier;
  readonly alarm: Alarm;
  readonly businessId: string;
  /** How many endpoints it began with, once they are there. */
  readonly begun: Promise<number>;
}

/** What the wire format adds to a tenant: what tasks do, and how deliveries are recorded and put together. */
export interface Behaviour {
  readonly runners: TaskRunners;
  /** Puts in place what is there from the start; answers how many endpoints. */
  begin(unit: Unit, key: string): Promise<number>;
  record(unit: Unit): Promise<Recorded>;
  deliveriesOf(businessId: string): Deliveries;
}

/** What a tenant reaches outside through. */
export interface Outside {
  readonly openStore: OpenStore;
  readonly send: Send;
  readonly setTimer: SetTimer;
}

/** One bearer token's world: its own data, clock and ids. */
export class Tenant {
  readonly #store: Store;
  #world: World;
  #isMoving = false;

  constructor(
    readonly key: string,
    private readonly beginning: Beginning,
    private readonly outside: Outside,
    private readonly behaviour: Behaviour,
    /** What tells its ids from those of other tenants with the same seed. */
    private readonly idScope: string = key,
  ) {
    this.#store = outside.openStore(key);
    this.#world = this.#begin(beginning);
  }

  /** How its present world began. */
  get began(): Beginning {
    return this.#world.beginning;
  }

  get clock(): SandboxClock {
    return this.#world.clock;
  }

  get agenda(): Agenda {
    return this.#world.agenda;
  }

  /** Sends webhooks. */
  get courier(): Courier {
    return this.#world.courier;
  }

  /** How it answers what sources answer differently. */
  get policy(): Policy {
    return this.#world.agenda.policy;
  }

  set policy(policy: Policy) {
    this.#world.agenda.policy = policy;
  }

  /** Also the id of its one brand, as observed for primary brands. */
  get businessId(): string {
    return this.#world.businessId;
  }

  /** Whether it holds nothing but what was there from the start. */
  async isEmpty(): Promise<boolean> {
    const first = await this.#world.begun;
    const endpoints = await this.#store.transaction(async (tx) => tx.find("endpoint", "all", all));
    return endpoints.length === first && (await this.#store.isEmpty(["endpoint"]));
  }

  /**
   * Moves the clock, and does everything that falls due on the way; answers how many tasks ran.
   *
   * @throws DomainError clock-busy while another call moves it: waiting could be for a receiver that waits for this one
   */
  async advance(to: Instant): Promise<number> {
    const { agenda, alarm } = this.#world;
    if (this.#isMoving) {
      throw new DomainError("clock-busy", "", {
        message:
          "the clock is being moved by another call; wait until that one is answered, and do not move the clock from a webhook receiver, which the move waits for",
      });
    }
    this.#isMoving = true;
    try {
      return await agenda.advance(to);
    } finally {
      this.#isMoving = false;
      await alarm.adjust();
    }
  }

  async freeze(isFrozen: boolean): Promise<void> {
    if (isFrozen) this.clock.freeze();
    else this.clock.unfreeze();
    await this.#world.alarm.adjust();
  }

  /** Forgets everything and starts again, with whatever of the beginning is not given as it was. */
  async reset(changes: Partial<Beginning> = {}): Promise<void> {
    await this.close();
    this.#world = this.#begin({ ...this.beginning, ...changes });
  }

  /** Forgets everything and does nothing by itself any more. */
  async close(): Promise<void> {
    this.stop();
    await this.#store.clear();
  }

  /** Does nothing by itself any more: its alarm is off, and nothing is sent. */
  stop(): void {
    this.#world.alarm.stop();
    this.#world.courier.stop();
  }

  #begin(beginning: Beginning): World {
    const { at, isFrozen, seed, policy } = beginning;
    const clock = new SandboxClock(at, isFrozen);
    const nextId = seededIds(`${seed} ${this.idScope}`);
    const businessId = nextId("bus");
    const { runners, record, deliveriesOf } = this.behaviour;
    const agenda: Agenda = new Agenda(
      this.#store,
      clock,
      nextId,
      runners,
      {
        record,
        committed({ isReady, hasEndpoints }) {
          if (isReady) courier.wake();
          if (hasEndpoints) void alarm.set();
        },
        async settle() {
          await courier.settle();
        },
      },
      policy,
    );
    const transact: Agenda["transact"] = (work) => agenda.transact(work);
    const courier = new Courier(transact, deliveriesOf(businessId), this.outside.send);
    const alarm = new Alarm(clock, agenda, this.outside.setTimer);
    const begun = transact((unit) => this.behaviour.begin(unit, this.key));
    courier.wake(); // a durable store may hold deliveries from before
    return { beginning, clock, businessId, agenda, courier, alarm, begun };
  }
}

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
    readonly beginning: Beginning,
    private readonly make: (key: string, beginning: Beginning, idScope?: string) => Tenant,
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
  open(key: string, beginning: Beginning): Access | undefined {
    return this.#add(key, () => writing(this.make(key, beginning)));
  }

  /**
   * Makes a tenant for a key that is made up; `undefined` when there are too many. Such a key depends on how many there
   * were before, so it is kept out of the ids.
   */
  openAnother(beginning: Beginning): Access | undefined {
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
