import { useCallback, useEffect, useRef, useState } from "react";

/** An amount as it travels: a number may not hold all its digits. */
type Decimal = `${number}`;

/** What `GET /api/credits` answers. */
export interface Credits {
  readonly unit: string;
  readonly balance: Decimal;
  readonly overage: Decimal;
  /** How much of what was granted is left, from 0 to 1. */
  readonly share: number;
  /** The next that expire, and when. */
  readonly expiring: { readonly amount: Decimal; readonly at: string } | null;
}

export type Reading =
  | { readonly state: "loading" | "unavailable" }
  | { readonly state: "ready"; readonly credits: Credits };

/** The customer's credits: now, whenever the window is returned to, and when `read` is called. */
export function useCredits(): { readonly reading: Reading; readonly read: () => Promise<void> } {
  const [reading, setReading] = useState<Reading>({ state: "loading" });
  const latest = useRef(0);
  const read = useCallback(async () => {
    const mine = ++latest.current;
    const found = await fetchCredits();
    // An answer that was overtaken by a later one is old.
    if (mine === latest.current) setReading(found);
  }, []);
  useEffect(() => {
    read();
    window.addEventListener("focus", read);
    return () => window.removeEventListener("focus", read);
  }, [read]);
  return { reading, read };
}

async function fetchCredits(): Promise<Reading> {
  try {
    const response = await fetch("/api/credits");
    if (!response.ok) return { state: "unavailable" };
    return { state: "ready", credits: await response.json() };
  } catch {
    return { state: "unavailable" };
  }
}
