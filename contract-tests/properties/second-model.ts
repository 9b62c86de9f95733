/**
 * A second model of the whole life of a credit: plan, trial, usage, overage, rollover, expiry, renewal, change of plan,
 * pause and cancellation.
 * It is written from the rules alone, in whole numbers, looks at everything on every step, and shares nothing with the
 * engine it judges or with the smaller oracle beside it.
 */

export interface Rollover {
  readonly percentage: number | null;
  readonly timeframe: null | "1 Month" | "10 Day";
  readonly max: number | null;
}

export interface Trial {
  readonly days: number;
  readonly credits: number | null;
  readonly endWithTrial: boolean;
}

export interface Plan {
  readonly amount: number;
  readonly prorates: boolean;
}

export type PlanName = "basic" | "pro" | "seats";

/** A plan to change to; only seats are sold in quantities. */
export interface Change {
  readonly plan: PlanName;
  readonly quantity: number;
  readonly mode:
    | "prorated_immediately"
    | "full_immediately"
    | "difference_immediately"
    | "do_not_bill";
  readonly onFailure: "apply_change" | "prevent_change";
}

export interface Terms {
  readonly start: string;
  /** One switch of the policy that is not at its default. */
  readonly policy:
    | null
    | "consumptionOrder=earliest_expiry"
    | "percentageLossAs=rollover_forfeited"
    | "autoRepay=next_cycle"
    | "planChangeDates=unchanged"
    | "planChangeBack=granted";
  readonly plans: Readonly<Record<PlanName, Plan>>;
  readonly lifeDays: number | null;
  readonly overage: "off" | "unlimited" | number;
  readonly behavior:
    | "forgive_at_reset"
    | "invoice_at_billing"
    | "carry_deficit"
    | "carry_deficit_auto_repay";
  readonly rollover: Rollover | null;
  readonly trial: Trial | null;
  readonly unitsPerCredit: number;
  readonly termYears: number;
  readonly pack: { readonly amount: number; readonly days: number | null };
}

export type Status = "active" | "on_hold" | "paused" | "cancelled" | "expired";

interface Grant {
  /** Order of creation; stands for the id (LED-05). */
  readonly serial: number;
  readonly made: number;
  ends: number | null;
  readonly source: "subscription" | "one_time" | "api" | "rollover";
  readonly initial: number;
  readonly count: number;
  readonly rolls: boolean;
  left: number;
  expired: boolean;
  rolledOver: boolean;
}

type Subscribed = Pick<Change, "plan" | "quantity">;

const priceOf = ({ plan, quantity }: Subscribed): number => prices[plan] * quantity;

/** Credits that a change of plan adds or, below zero, takes from the grants of its period. */
interface Move {
  readonly credits: number;
  readonly ours: readonly Grant[];
  /** What its charge pays for, in credits; below zero, what it sets off. */
  readonly paid: number;
}

interface Payment {
  readonly at: number;
  readonly amount: number;
  readonly status: "succeeded" | "failed";
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** What the plans, the pack and a credit of overage cost, in cents. Seats are the plan without a meter. */
export const prices = { basic: 1000, pro: 3001, seats: 707, pack: 500, overage: 10 } as const;

/** The same day and time `count` months later, a missing day becoming the last of its month (SUB-10). */
function monthsAfter(from: number, count: number): number {
  const date = new Date(from);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + count];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const midnight = Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay));
  return midnight + (from % day);
}

export class SecondModel {
  readonly lines: string[] = [];
  readonly payments: Payment[] = [];
  status: Status = "active";
  cancelledAt: number | null = null;
  cancelsAtEnd = false;
  cardFails = false;
  previous: number;
  next = 0;
  overage = 0;
  /** The case this life met for which the rules give no answer, or one the engine is known to differ from. */
  unsettled: string | null = null;

  #now: number;
  readonly #grants: Grant[] = [];
  /** Where the calendar of renewals is counted from, and how many months have been renewed since. */
  #anchor: number;
  #months = 0;
  #termEnd: number;
  #waiting: { readonly units: number; readonly due: number }[] = [];
  #unitsThisPeriod = 0;
  #creditsThisPeriod = 0;
  #plan: Subscribed = { plan: "basic", quantity: 1 };
  #scheduled: Change | null = null;
  /** A change that was declined and prevented. */
  #prevented: Change | null = null;
  /** What a change that was declined but applied still costs, and what it then brings. */
  #owing: (Move & { readonly price: number }) | null = null;
  /** SUB-37: what changes of plan left over in money. */
  #invoiceCredit = 0;
  /** SUB-79: credits that changes were charged for, credits they moved, and where each plan was first entered. */
  #paidByChanges = 0;
  #movedByChanges = 0;
  readonly #entered = new Map<string, { readonly at: number; readonly moved: number }>();
  #trialGrant: Grant | null = null;
  #inTrial: boolean;
  #pausedAt = 0;

  /** SUB-01, SUB-20 to SUB-27: the checkout is paid at the start. */
  constructor(private readonly terms: Terms) {
    const start = Date.parse(terms.start);
    this.#now = start;
    this.previous = start;
    this.#inTrial = terms.trial !== null;
    const paidFrom = start + (terms.trial?.days ?? 0) * day;
    this.#termEnd = this.#termFrom(paidFrom);
    this.#enterFirst("basic 1");
    if (terms.trial === null) {
      this.#anchor = start;
      this.#months = 1;
      this.next = monthsAfter(start, 1);
      this.#pay(prices.basic, "succeeded");
      this.#issueCycle();
      return;
    }
    this.#anchor = paidFrom;
    this.next = paidFrom;
    this.#pay(0, "succeeded");
    const { credits, endWithTrial } = terms.trial;
    const amount = credits ?? terms.plans.basic.amount;
    const ownEnd = this.#endAfter(terms.lifeDays);
    const ends = endWithTrial ? Math.min(ownEnd ?? this.next, this.next) : ownEnd;
    if (amount > 0) this.#issue(amount, "subscription", ends, { rolls: !endWithTrial });
    if (endWithTrial) this.#trialGrant = this.#grants[0] ?? null;
  }

  get now(): number {
    return this.#now;
  }

  get expires(): number {
    return this.#termEnd;
  }

  get balance(): number {
    return this.#grants.reduce((sum, it) => sum + it.left, 0);
  }

  /** What each grant holds, oldest first. */
  get holdings(): readonly string[] {
    return this.#grants.map(
      (it) =>
        `${it.left} of ${it.initial} ${it.source} #${it.count}` +
        ` until ${it.ends === null ? "ever" : new Date(it.ends).toISOString()}` +
        `${it.expired ? " expired" : ""}${it.rolledOver ? " rolled over" : ""}`,
    );
  }

  /** MTR-50: the event waits for the worker, which comes within a minute. */
  use(units: number): void {
    this.#waiting.push({ units, due: this.#now + minute });
  }

  /** GRT-01, GRT-05. */
  credit(amount: number, days: number | null): void {
    this.#issue(amount, "api", this.#endAfter(days ?? this.terms.lifeDays), { rolls: false });
  }

  /** LED-07, LED-09, OVR-03, OVR-04: all or nothing. Answers whether it was accepted. */
  debit(amount: number): boolean {
    const beyond = Math.max(0, amount - this.balance);
    if (beyond > this.#headroom()) return false;
    this.#draw(amount - beyond);
    this.#runOver(beyond);
    return true;
  }

  /** CHK-11, CHK-20. */
  buyPack(): void {
    this.#pay(prices.pack, "succeeded");
    const { amount, days } = this.terms.pack;
    const ends = this.#endAfter(days ?? this.terms.lifeDays);
    this.#issue(amount, "one_time", ends, { rolls: false });
  }

  /** SUB-03, OVR-27: a card that works again pays what is owed at once. */
  setCard(fails: boolean): void {
    this.cardFails = fails;
    if (fails) return;
    // SUB-59: what waits, waits through a pause.
    if (this.status === "paused") return;
    if (this.status === "on_hold") {
      this.#runMeter();
      const owing = this.#owing;
      this.#owing = null;
      this.status = "active";
      if (owing === null) this.#renew([]);
      else {
        this.#charge(owing.price);
        this.#moveCredits(owing);
        // Paid after its own period, it is followed by the renewal for the period it is paid in.
        if (this.#now >= this.next) this.#renew([]);
      }
    }
    this.#makePrevented();
  }

  /** SUB-78, SUB-18, SUB-30 to SUB-44. Answers whether it was accepted. */
  changePlan(change: Change, later: boolean): boolean {
    if (this.status !== "active" || this.#prevented !== null || this.#scheduled !== null)
      return false;
    if (this.cancelsAtEnd) return false;
    if (change.plan === this.#plan.plan && change.quantity === this.#plan.quantity) return true;
    if (later) {
      this.#scheduled = change;
      return true;
    }
    this.#runMeter();
    const price = this.#priceOf(change);
    if (!this.#declined(price)) this.#change(change);
    else if (change.onFailure === "prevent_change") this.#prevented = change;
    else {
      this.#owing = { price, ...this.#enter(change) };
      this.status = "on_hold";
    }
    return true;
  }

  #change(change: Change): void {
    this.#charge(this.#priceOf(change));
    this.#moveCredits(this.#enter(change));
  }

  /** SUB-31. */
  takeBackChange(): boolean {
    const was = this.#scheduled;
    this.#scheduled = null;
    return was !== null;
  }

  /** SUB-53 to SUB-55. */
  pause(): boolean {
    if (this.status !== "active") return false;
    this.#runMeter();
    this.status = "paused";
    this.#pausedAt = this.#now;
    return true;
  }

  resume(): boolean {
    if (this.status !== "paused") return false;
    this.#runMeter();
    this.status = "active";
    const length = this.#now - this.#pausedAt;
    this.next += length;
    this.#termEnd += length;
    this.#anchor = this.next;
    this.#months = 0;
    if (!this.cardFails) this.#makePrevented();
    return true;
  }

  #makePrevented(): void {
    const change = this.#prevented;
    this.#prevented = null;
    if (change !== null) this.#change(change);
  }

  /** The period ends now and later ones count from now. */
  closeCycle(): boolean {
    if (this.status !== "active") return false;
    this.next = this.#now;
    this.#anchor = this.#now;
    this.#months = 0;
    // SUB-13, SUB-69: the term counts from the first paid period, which a trial that is closed begins.
    if (this.#inTrial) this.#termEnd = this.#termFrom(this.#now);
    this.#closePeriod();
    return true;
  }

  /** SUB-78: it calls off a change that waits for its payment. */
  cancelAtEnd(): void {
    this.cancelsAtEnd = true;
    this.#prevented = null;
  }

  /** MTR-64. */
  cancelNow(): void {
    this.#runMeter();
    this.#end("cancelled");
  }

  /** Moves on to an instant; everything due on the way is done at its own instant, in order. */
  passTo(to: number): void {
    for (;;) {
      const due = this.#nextDue();
      if (due === null || due > to) break;
      this.#now = due;
      this.#work();
    }
    this.#now = to;
  }

  #nextDue(): number | null {
    const instants = [
      ...this.#waiting.map((it) => it.due),
      ...this.#grants.flatMap((it) => (it.ends !== null && it.left > 0 ? [it.ends] : [])),
      ...(this.status === "active" ? [this.next] : []),
      ...(this.status === "active" || this.status === "on_hold" ? [this.#termEnd] : []),
    ];
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** EXP-20 at the end of a period; at any other instant EXP-07: what ends is gone before usage is deducted. */
  #work(): void {
    const isEnd = this.status === "active" && this.#now === this.next;
    const isTermEnd =
      (this.status === "active" || this.status === "on_hold") && this.#now === this.#termEnd;
    if (isEnd || isTermEnd) {
      this.#closePeriod();
      return;
    }
    // Off the period's end each grant comes to its own end by itself, oldest first; ROL-03 orders nothing between two.
    for (const grant of inOrder(this.#ending())) this.#expireOrRoll([grant], this.#rollsNow());
    if (this.#waiting.some((it) => it.due <= this.#now)) this.#runMeter();
  }

  #closePeriod(): void {
    this.#runMeter();
    // EXP-10: the trial's credits end with it, whatever comes after.
    const trial = this.#trialGrant;
    const early = trial !== null && trial.left > 0 && trial.ends !== this.#now;
    if (early) trial.ends = this.#now;
    if (this.cancelsAtEnd || this.#now === this.#termEnd) {
      this.#end(this.cancelsAtEnd ? "cancelled" : "expired");
      this.#expireOrRoll(this.#ending(), false);
    } else if (this.#declined(this.#owed())) {
      this.status = "on_hold";
      this.#expireOrRoll(this.#ending(), false);
    } else {
      // ROL-02: what was carried at its own expiry in this period stays as it is now.
      const carried = (it: Grant) => it.source === "rollover" && it.made > this.previous;
      const rolling = this.#grants.filter((it) => it.rolls && it.left > 0 && !carried(it));
      const other = this.#ending().filter((it) => !rolling.includes(it));
      this.#renew([...rolling, ...other]);
    }
  }

  /** OVR-21 to OVR-24, ROL-03, SUB-02: the period is paid, settled, and the next one begins. */
  #renew(leaving: readonly Grant[]): void {
    const owed = this.#owed();
    this.#resetOverage();
    this.#expireOrRoll(leaving, true);
    this.#charge(owed);
    this.#takeUpScheduled();
    if (this.#inTrial) this.#termEnd = this.#termFrom(this.next);
    this.#endTrial();
    this.#unitsThisPeriod = 0;
    this.#creditsThisPeriod = 0;
    // No rule says which period a late payment pays for; the engine takes the one it falls in.
    while (this.next <= this.#now) {
      this.previous = this.next;
      this.#months += 1;
      // No rule says whether a period ends with the term; in the engine it does.
      this.next = Math.min(monthsAfter(this.#anchor, this.#months), this.#termEnd);
    }
    this.#issueCycle();
  }

  /** SUB-38 to SUB-44: takes up the plan and its dates; answers the credits that move once it is paid. */
  #enter(change: Change): Move {
    const bills = change.mode !== "do_not_bill";
    const endsTrial = bills && this.#inTrial;
    const fresh = this.#creditsOf(change);
    const [left, whole] = [this.next - this.#now, this.next - this.previous];
    const delta = Math.trunc(((fresh - this.#creditsOf(this.#plan)) * left) / whole);
    const prorates = this.terms.plans[change.plan].prorates && !endsTrial;
    const paid = this.#paidFor(change, left, whole);
    const isOurs = (it: Grant) => it.source === "subscription" && it.made >= this.previous;
    const ours = this.#grants.filter(isOurs);
    if (endsTrial) this.#endTrial();
    this.#plan = change;
    if (bills && (endsTrial || this.terms.policy !== "planChangeDates=unchanged")) this.#restart();
    return { credits: prorates ? delta : bills ? fresh : 0, ours, paid };
  }

  /** In credits, what the charge of a change pays for and sets off: by the same parts of the period as the money. */
  #paidFor(change: Change, left: number, whole: number): number {
    const [old, fresh] = [this.#creditsOf(this.#plan), this.#creditsOf(change)];
    if (change.mode === "do_not_bill") return 0;
    if (change.mode === "full_immediately" || this.#inTrial) return fresh;
    if (change.mode === "difference_immediately") return fresh - old;
    return Math.trunc((fresh * left) / whole) - Math.trunc((old * left) / whole);
  }

  /** SUB-56: the term counts from the first paid period. */
  #termFrom(paid: number): number {
    return monthsAfter(paid, 12 * this.terms.termYears);
  }

  #restart(): void {
    this.previous = this.#now;
    this.#anchor = this.#now;
    this.#months = 1;
    this.next = monthsAfter(this.#now, 1);
    // No rule says whether the term begins anew too; in the engine it does.
    this.#termEnd = this.#termFrom(this.#now);
    this.#unitsThisPeriod = 0;
    this.#creditsThisPeriod = 0;
  }

  /** SUB-79, SUB-39: never into overage. */
  #moveCredits({ credits, ours, paid }: Move): void {
    const name = `${this.#plan.plan} ${this.#plan.quantity}`;
    const earlier =
      this.terms.policy === "planChangeBack=granted" ? undefined : this.#entered.get(name);
    this.#paidByChanges += paid;
    const most = earlier
      ? Math.max(this.#paidByChanges, earlier.moved) - this.#movedByChanges
      : credits;
    const moved = Math.min(credits, most);
    if (moved > 0) {
      // No rule says whether credits that a change adds in a trial are the trial's (EXP-10); in the engine they are.
      if (this.#inTrial && this.terms.trial?.endWithTrial && this.#plan.plan === "basic") {
        this.unsettled = "a change that adds credits in a trial whose credits end with it";
      }
      this.#issuePlan(moved);
      this.#movedByChanges += moved;
    } else {
      const held = (grants: readonly Grant[]) => grants.reduce((sum, it) => sum + it.left, 0);
      const ofRound = this.#grants.filter(
        (it) =>
          (it.source === "subscription" || it.source === "rollover") &&
          it.made >= (earlier?.at ?? 0),
      );
      const alone = Math.min(-credits, held(ours));
      const isRound = earlier !== undefined && -most > alone;
      const taken = isRound ? Math.min(-most, held(ofRound)) : alone;
      this.#draw(taken, isRound ? ofRound : ours);
      this.#movedByChanges -= taken;
    }
    this.#enterFirst(name);
  }

  /** EXP-10. */
  #endTrial(): void {
    this.#inTrial = false;
    const grant = this.#trialGrant;
    this.#trialGrant = null;
    if (grant === null || grant.left === 0) return;
    grant.ends = this.#now;
    this.#lose(grant, "credit_expired");
  }

  /** SUB-79, SUB-43: its first period is paid in full and grants in full. */
  #takeUpScheduled(): void {
    const change = this.#scheduled;
    if (change === null) return;
    this.#scheduled = null;
    this.#plan = change;
    this.#paidByChanges += this.#creditsOf(change);
    this.#movedByChanges += this.#creditsOf(change);
    this.#enterFirst(`${change.plan} ${change.quantity}`, this.next);
  }

  #enterFirst(name: string, at = this.#now): void {
    if (this.#entered.has(name)) return;
    this.#entered.set(name, { at, moved: this.#movedByChanges });
  }

  #creditsOf({ plan, quantity }: Subscribed): number {
    return this.terms.plans[plan].amount * quantity;
  }

  /** What a change of plan costs; below zero, what it leaves over. */
  #priceOf(change: Change): number {
    const [old, fresh] = [priceOf(this.#plan), priceOf(change)];
    if (change.mode === "do_not_bill") return 0;
    if (change.mode === "full_immediately" || this.#inTrial) return fresh;
    if (change.mode === "difference_immediately") return fresh - old;
    const [left, whole] = [this.next - this.#now, this.next - this.previous];
    const part = (price: number) => Math.floor((price * left) / whole + 0.5);
    return part(fresh) - part(old);
  }

  /** SUB-13, SUB-50, OVR-50: the behaviour is applied one last time. */
  #end(status: "cancelled" | "expired"): void {
    this.status = status;
    if (status === "cancelled") this.cancelledAt = this.#now;
    // No rule says what a final line on a bad card comes to: it is declined like any other charge.
    const owed = this.#overageOwed();
    if (!this.#declined(owed)) this.#charge(owed);
    this.#resetOverage();
  }

  /** SUB-43: a scheduled change is charged with the renewal. */
  #owed(): number {
    return priceOf(this.#scheduled ?? this.#plan) + this.#overageOwed();
  }

  #overageOwed(): number {
    return this.terms.behavior === "invoice_at_billing" ? this.overage * prices.overage : 0;
  }

  /** Whether the card fails for this; nothing due never fails. */
  #declined(price: number): boolean {
    const due = price - this.#invoiceCredit;
    if (!this.cardFails || due <= 0) return false;
    this.#pay(due, "failed");
    return true;
  }

  #charge(price: number): void {
    const due = price - this.#invoiceCredit;
    this.#invoiceCredit = Math.max(0, -due);
    if (due > 0) this.#pay(due, "succeeded");
  }

  /** OVR-21 to OVR-24: whether overage is gone once a period is settled. */
  #settles(): boolean {
    return !this.terms.behavior.startsWith("carry_deficit");
  }

  #resetOverage(): void {
    if (!this.#settles() || this.overage === 0) return;
    const before = this.overage;
    this.overage = 0;
    this.#line("overage_reset", "-", before, this.balance, before);
  }

  #issueCycle(): void {
    this.#issuePlan(this.#creditsOf(this.#plan));
  }

  #issuePlan(amount: number): void {
    this.#issue(amount, "subscription", this.#endAfter(this.terms.lifeDays), { rolls: true });
  }

  #endAfter(days: number | null): number | null {
    return days === null ? null : this.#now + days * day;
  }

  /** GRT-01, OVR-40 to OVR-44. */
  #issue(
    amount: number,
    source: Grant["source"],
    ends: number | null,
    { rolls }: { readonly rolls: boolean },
  ): void {
    const before = this.balance;
    const grant = this.#add(amount, source, ends, rolls && this.terms.rollover !== null, 0);
    this.#line("credit_added", "+", amount, before, this.overage);
    const repaid = Math.min(this.overage, amount);
    if (this.terms.behavior !== "carry_deficit_auto_repay" || repaid === 0) return;
    if (this.terms.policy === "autoRepay=next_cycle" && source !== "subscription") return;
    const [balanceBefore, overageBefore] = [this.balance, this.overage];
    grant.left -= repaid;
    this.overage -= repaid;
    this.#line("credit_deducted", "-", repaid, balanceBefore, overageBefore);
  }

  #add(
    amount: number,
    source: Grant["source"],
    ends: number | null,
    rolls: boolean,
    count: number,
  ): Grant {
    const grant: Grant = {
      serial: this.#grants.length,
      made: this.#now,
      ends,
      source,
      initial: amount,
      count,
      rolls,
      left: amount,
      expired: false,
      rolledOver: false,
    };
    this.#grants.push(grant);
    return grant;
  }

  /** MTR-52, MTR-54, MTR-55, OVR-07, OVR-08: what can be taken is taken, the rest is dropped. */
  #runMeter(): void {
    const units = this.#waiting.reduce((sum, it) => sum + it.units, 0);
    this.#waiting = [];
    if (this.status !== "active" || this.#plan.plan === "seats") return;
    this.#unitsThisPeriod += units;
    const whole = Math.floor(this.#unitsThisPeriod / this.terms.unitsPerCredit);
    const credits = whole - this.#creditsThisPeriod;
    this.#creditsThisPeriod = whole;
    const drawn = Math.min(credits, this.balance);
    this.#draw(drawn);
    this.#runOver(Math.min(credits - drawn, this.#headroom()));
  }

  #headroom(): number {
    if (this.terms.overage === "off") return 0;
    if (this.terms.overage === "unlimited") return Number.POSITIVE_INFINITY;
    return Math.max(0, this.terms.overage - this.overage);
  }

  /** LED-04 to LED-06. */
  #draw(amount: number, from: readonly Grant[] = this.#grants): void {
    if (amount === 0) return;
    const before = this.balance;
    let open = amount;
    const soonest = this.terms.policy === "consumptionOrder=earliest_expiry";
    for (const grant of soonest ? soonestFirst(from) : inOrder(from)) {
      const part = Math.min(open, grant.left);
      grant.left -= part;
      open -= part;
    }
    this.#line("credit_deducted", "-", amount, before, this.overage);
  }

  #runOver(amount: number): void {
    if (amount === 0) return;
    const before = this.overage;
    this.overage += amount;
    this.#line("overage_charged", "-", amount, this.balance, before);
  }

  #ending(): readonly Grant[] {
    return this.#grants.filter((it) => it.ends !== null && it.ends <= this.#now && it.left > 0);
  }

  /** ROL-02, ROL-19, SUB-52: a grant that ends by itself rolls while its plan runs. */
  #rollsNow(): boolean {
    return this.status === "active";
  }

  /** ROL-03, ROL-11: rollovers come before what is lost for good. */
  #expireOrRoll(grants: readonly Grant[], rolling: boolean): void {
    const rolls = (it: Grant) => rolling && it.rolls;
    for (const grant of inOrder(grants.filter(rolls))) {
      // not settled: EXP-20 has forfeiture after all rollovers; the engine takes each grant in its turn, and so do we.
      const { max = null } = this.terms.rollover ?? {};
      if (max !== null && grant.count >= max) this.#lose(grant, "rollover_forfeited");
      else this.#roll(grant);
    }
    for (const grant of inOrder(grants.filter((it) => it.left > 0))) {
      if (!rolls(grant)) this.#lose(grant, "credit_expired");
    }
  }

  /** ROL-04 to ROL-10, ROL-20: out of the parent, into the child, then the loss. */
  #roll(grant: Grant): void {
    const terms = this.terms.rollover;
    if (terms === null) return;
    const carried = Math.floor((grant.left * (terms.percentage ?? 100)) / 100);
    if (carried > 0) {
      const before = this.balance;
      grant.left -= carried;
      grant.rolledOver = true;
      this.#line("credit_rolled_over", "-", carried, before, this.overage);
      const between = this.balance;
      const ends =
        terms.timeframe === "1 Month"
          ? monthsAfter(this.#now, 1)
          : terms.timeframe === "10 Day"
            ? this.#now + 10 * day
            : this.#endAfter(this.terms.lifeDays);
      this.#add(carried, "rollover", ends, true, grant.count + 1);
      this.#line("credit_rolled_over", "+", carried, between, this.overage);
    }
    const { policy } = this.terms;
    const loss = policy === "percentageLossAs=rollover_forfeited" ? "rollover_forfeited" : null;
    if (grant.left > 0) this.#lose(grant, loss ?? "credit_expired");
  }

  #lose(grant: Grant, type: "credit_expired" | "rollover_forfeited"): void {
    const [before, lost] = [this.balance, grant.left];
    grant.left = 0;
    grant.expired = !grant.rolledOver;
    this.#line(type, "-", lost, before, this.overage);
  }

  #pay(amount: number, status: Payment["status"]): void {
    this.payments.push({ at: this.#now, amount, status });
  }

  #line(type: string, sign: string, amount: number, before: number, overageBefore: number): void {
    this.lines.push(
      line(type, sign, amount, before, this.balance, overageBefore, this.overage, this.#now),
    );
  }
}

const end = (it: Grant) => it.ends ?? Number.MAX_SAFE_INTEGER;

/** C1, the other reading: by the earlier end with none last, then as LED-05. */
const soonestFirst = (grants: readonly Grant[]): readonly Grant[] =>
  [...inOrder(grants)].sort((a, b) => end(a) - end(b));

/** LED-05: by age, then by the earlier end with none last, then by id. */
function inOrder(grants: readonly Grant[]): readonly Grant[] {
  return [...grants].sort((a, b) => a.made - b.made || end(a) - end(b) || a.serial - b.serial);
}

/** A ledger entry in words. When in the minute usage is deducted no rule says, so deductions carry no instant. */
export function line(
  type: string,
  sign: string,
  amount: number | string,
  before: number | string,
  after: number | string,
  overageBefore: number | string,
  overageAfter: number | string,
  at: number,
): string {
  const figures = `${sign}${amount} : ${before}→${after}, overage ${overageBefore}→${overageAfter}`;
  const untimed = type === "credit_deducted" || type === "overage_charged";
  return `${type} ${figures}${untimed ? "" : ` at ${new Date(at).toISOString()}`}`;
}
