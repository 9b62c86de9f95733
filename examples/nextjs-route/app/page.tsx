import { readCredits } from "./billing";

interface Props {
  readonly searchParams: Promise<{ readonly customer?: string }>;
}

/** `/?customer=cus_…`: what the customer has left. */
export default async function Page({ searchParams }: Props) {
  const { customer } = await searchParams;
  if (customer === undefined) return <p>Name a customer: /?customer=cus_…</p>;
  return (
    <main>
      <h1>Your credits</h1>
      <ul>
        {(await readCredits(customer)).map(({ name, unit, balance }) => (
          <li key={name}>
            {name}: <strong>{balance}</strong> {unit}
          </li>
        ))}
      </ul>
    </main>
  );
}
