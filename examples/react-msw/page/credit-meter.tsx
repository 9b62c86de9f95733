import "./credit-meter.css";
import { useState } from "react";
import { type Credits, useCredits } from "./use-credits.js";

/** Below this share of what was granted, credits run low. */
const lowBelow = 0.2;

interface CreditMeterProps {
  /** Takes the customer to where they pay. */
  readonly onTopUp: (checkoutUrl: string) => void;
}

/** How many credits there are, and a way to more. */
export function CreditMeter({ onTopUp }: CreditMeterProps) {
  const { reading, read } = useCredits();
  const level = reading.state === "ready" ? levelOf(reading.credits) : reading.state;
  return (
    <section className="credit-meter" data-level={level} aria-labelledby="credit-meter-title">
      <header>
        <h2 id="credit-meter-title">Credits</h2>
        {level in badges && <strong>{badges[level]}</strong>}
      </header>
      {reading.state === "loading" && <p className="figure" role="status" aria-label="Loading" />}
      {reading.state === "unavailable" && (
        <>
          <p role="alert">Your credits cannot be shown right now. Nothing is lost.</p>
          <button type="button" onClick={read}>
            Try again
          </button>
        </>
      )}
      {reading.state === "ready" && (
        <>
          <Figure credits={reading.credits} level={level} />
          <TopUp onTopUp={onTopUp} />
        </>
      )}
    </section>
  );
}

type Level = "loading" | "unavailable" | "fine" | "low" | "empty" | "over";

const badges: Partial<Record<Level, string>> = {
  low: "Running low",
  empty: "Used up",
  over: "Overage",
};

function levelOf({ balance, overage, share }: Credits): Level {
  if (Number(overage) > 0 && Number(balance) === 0) return "over";
  if (Number(balance) === 0) return "empty";
  return share < lowBelow ? "low" : "fine";
}

const amount = new Intl.NumberFormat("en", { maximumFractionDigits: 10 });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", timeZone: "UTC" });

function Figure({ credits, level }: { credits: Credits; level: Level }) {
  const isOver = level === "over";
  return (
    <>
      <p className="figure">
        {amount.format(isOver ? credits.overage : credits.balance)}{" "}
        <span>{`${credits.unit} ${isOver ? "over" : "left"}`}</span>
      </p>
      <meter aria-label="Credits left" min={0} max={1} value={credits.share} />
      <p className="note">{noteOf(credits, level)}</p>
    </>
  );
}

function noteOf({ expiring }: Credits, level: Level): string {
  if (level === "over") return "You are using more than you have. It is on your next invoice.";
  if (level === "empty") return "Top up to go on.";
  if (expiring === null) return "They do not expire.";
  return `${amount.format(expiring.amount)} expire on ${day.format(new Date(expiring.at))}.`;
}

function TopUp({ onTopUp }: CreditMeterProps) {
  const [isOpening, setOpening] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const open = async () => {
    setOpening(true);
    setFailed(false);
    const response = await fetch("/api/top-up", { method: "POST" }).catch(() => null);
    setOpening(false);
    if (!response?.ok) return setFailed(true);
    const { checkout_url } = await response.json();
    onTopUp(checkout_url);
  };
  return (
    <>
      <button type="button" onClick={open} disabled={isOpening}>
        Top up
      </button>
      {hasFailed && <p role="alert">The checkout could not be opened. Please try again.</p>}
    </>
  );
}
