/** How much is told to the logger: nothing, or everything up to a level. */
export type LogLevel = "off" | "error" | "warn" | "info" | "debug";

/** Where it is told: `console`, or the logger of an application. */
export interface Logger {
  error(message: string, ...rest: unknown[]): void;
  warn(message: string, ...rest: unknown[]): void;
  info(message: string, ...rest: unknown[]): void;
  debug(message: string, ...rest: unknown[]): void;
}

const levels: readonly string[] = ["off", "error", "warn", "info", "debug"] satisfies LogLevel[];

export const isLogLevel = (text: string | undefined): text is LogLevel =>
  levels.includes(text ?? "");

/** Whether a message of one level is told at another. */
export const isTold = (message: LogLevel, level: LogLevel): boolean =>
  levels.indexOf(message) <= levels.indexOf(level);

/** Headers for a log, without what opens doors. */
export function shownHeaders(headers: Headers): Record<string, string> {
  const shown: Record<string, string> = {};
  headers.forEach((value, name) => {
    shown[name] = /^(authorization|cookie|set-cookie)$/.test(name) ? "***" : value;
  });
  return shown;
}
