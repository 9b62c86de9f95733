/**
 * A second, slow and obvious model of the ledger, written from the rules alone. It keeps whole numbers, looks at
 * every grant on every step and shares nothing with the engine it judges.
 */

export interface Settings {
  readonly lifetimeDays: number | null;
  readonly overage: "off" | "unlimited" | number;
  readonly behavior:
    | "forgive_at_reset"
    | "invoice_at_billing"
    | "carry_deficit"
    | "carry_deficit_auto_repay";
}

interface OracleGrant {
  readonly serial: number;
  readonly madeAtHour: number;
  readonly endsAtHour: number | null;
  readonly initial: number;
  left: number;
  lostToExpiry: boolean;
}

const hoursADay = 24;

export class Oracle {
  readonly lines: string[] = [];
  readonly #grants: OracleGrant[] = [];
  #overage = 0;

  constructor(private readonly settings: Settings) {}

  get balance(): number {
    return this.#grants.reduce((sum, it) => sum + it.left, 0);
  }

  get overage(): number {
    return this.#overage;
  }

  /** What each grant holds, oldest first. */
  get holdings(): readonly string[] {
    return this.#grants.map(
      (it) => `${it.left} of ${it.initial}${it.lostToExpiry ? " expired" : ""}`,
    );
  }

  /** GRT-01, GRT-04, GRT-05, OVR-40 to OVR-44. */
  credit(hour: number, amount: number, daysAsked: number | null): void {
    const days = daysAsked ?? this.settings.lifetimeDays;
    const grant: OracleGrant = {
      serial: this.#grants.length,
      madeAtHour: hour,
      endsAtHour: days === null ? null : hour + days * hoursADay,
      initial: amount,
      left: amount,
      lostToExpiry: false,
    };
    const before = this.balance;
    this.#grants.push(grant);
    this.#line("credit_added", "+", amount, before, this.#overage);
    if (this.settings.behavior !== "carry_deficit_auto_repay" || this.#overage === 0) return;
    const repaid = Math.min(this.#overage, amount);
    const [balanceBefore, overageBefore] = [this.balance, this.#overage];
    grant.left -= repaid;
    this.#overage -= repaid;
    this.#line("credit_deducted", "-", repaid, balanceBefore, overageBefore);
  }

  /** LED-04 to LED-09, LED-36 to LED-38, OVR-03, OVR-04. Answers whether it was accepted. */
  debit(amount: number): boolean {
    const beyond = Math.max(0, amount - this.balance);
    const limit =
      this.settings.overage === "off"
        ? 0
        : this.settings.overage === "unlimited"
          ? Number.POSITIVE_INFINITY
          : this.settings.overage;
    if (beyond > 0 && (limit === 0 || this.#overage + beyond > limit)) return false;
    const drawn = amount - beyond;
    const before = this.balance;
    let open = drawn;
    for (const grant of this.#oldestFirst()) {
      const part = Math.min(open, grant.left);
      grant.left -= part;
      open -= part;
    }
    if (drawn > 0) this.#line("credit_deducted", "-", drawn, before, this.#overage);
    if (beyond > 0) {
      const overageBefore = this.#overage;
      this.#overage += beyond;
      this.#line("overage_charged", "-", beyond, 0, overageBefore);
    }
    return true;
  }

  /** EXP-01, EXP-02: everything whose end lies at or before the hour is lost, earliest end first. */
  advanceTo(hour: number): void {
    const ended = this.#grants
      .filter((it) => it.endsAtHour !== null && it.endsAtHour <= hour && it.left > 0)
      .sort((a, b) => (a.endsAtHour ?? 0) - (b.endsAtHour ?? 0) || a.serial - b.serial);
    for (const grant of ended) {
      const before = this.balance;
      const lost = grant.left;
      grant.left = 0;
      grant.lostToExpiry = true;
      this.#line("credit_expired", "-", lost, before, this.#overage);
    }
  }

  /** LED-05: by age, then by the earlier end; whoever never ends comes last. */
  #oldestFirst(): readonly OracleGrant[] {
    const end = (it: OracleGrant) => it.endsAtHour ?? Number.POSITIVE_INFINITY;
    return [...this.#grants].sort(
      (a, b) => a.madeAtHour - b.madeAtHour || (end(a) < end(b) ? -1 : end(a) > end(b) ? 1 : 0),
    );
  }

  #line(type: string, sign: string, amount: number, before: number, overageBefore: number): void {
    this.lines.push(
      `${type} ${sign}${amount} : ${before}→${this.balance}, overage ${overageBefore}→${this.#overage}`,
    );
  }
}
