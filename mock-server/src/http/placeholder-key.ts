const variable = "DODO_PAYMENTS_API_KEY";

const unset = `the environment variable it is read from is probably not set, which is ${variable} for the official client`;

/** What stands where a key was forgotten, and what probably happened. */
const placeholders: readonly (readonly [RegExp, (key: string) => string])[] = [
  [/^["']?(undefined|null|none|nil|nan)["']?$/i, () => unset],
  [
    /^\[object \w+\]$/,
    () => "an object, or a promise that was not awaited, was sent where its key was meant",
  ],
  [
    /^(?:\$\{?\w+\}?|%\w+%|\{\{.*\}\}|(?:process\.env|import\.meta\.env|os\.environ)\b.*)$/,
    (key) => `the variable ${nameIn(key)} was not replaced by its value, and is probably not set`,
  ],
  [
    /^(?:<.*>|(?:my|your)?[ _-]?(?:[a-z0-9]+[ _-])?api[ _-]?key(?:[ _-]here)?|(?:my|your)[ _-](?:[a-z0-9]+[ _-])*(?:key|token)(?:[ _-]here)?|x{3,}|\.{3}|…|change[ _-]?me|replace[ _-]?me)$/i,
    () => `it is the placeholder of an example; ${unset}`,
  ],
];

const nameIn = (key: string): string => /\w+(?=\W*$)/.exec(key)?.[0] ?? variable;

/** No placeholder is longer, so that what is compared is short. */
const charactersMax = 80;

/** Why a text can be nobody's key, in words; undefined: it can. */
export const whyPlaceholder = (key: string): string | undefined =>
  key.length > charactersMax ? undefined : placeholders.find(([form]) => form.test(key))?.[1](key);
