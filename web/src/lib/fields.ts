/** Type checks of JSON values that came from outside. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export function areNumbers(values: readonly unknown[]): values is readonly number[] {
  return values.every(isNumber);
}
