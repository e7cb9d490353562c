// What a benchmark measured: attached to its test, and gathered by the reporter.

import { test } from '@playwright/test';

export interface Figure {
  what: string;
  measured: number;
  unit: string;
  wanted: string;
}

export function note(what: string, measured: number, unit: string, wanted = ''): void {
  const figure: Figure = { what, measured: Math.round(measured * 10) / 10, unit, wanted };
  test.info().annotations.push({ type: 'figure', description: JSON.stringify(figure) });
}

/** The value that this share of all is below. */
export const quantile = (values: number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN;
