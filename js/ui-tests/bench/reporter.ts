// Prints what the benchmarks measured as a table, and writes it to build/bench-view.json.

import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { REPOSITORY } from '../support/where';
import type { Figure } from './figures';

export default class Figures implements Reporter {
  private readonly figures: Figure[] = [];

  onTestEnd(_test: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations) {
      if (type === 'figure') this.figures.push(JSON.parse(description ?? '') as Figure);
    }
  }

  onEnd(): void {
    if (!this.figures.length) return;
    mkdirSync(`${REPOSITORY}build`, { recursive: true });
    writeFileSync(`${REPOSITORY}build/bench-view.json`, `${JSON.stringify(this.figures, null, 2)}\n`);
    for (const { what, measured, unit, wanted } of this.figures) {
      const figure = `${measured.toLocaleString('en')} ${unit}`;
      console.log(`${what.padEnd(72)} ${figure.padStart(16)}   ${wanted && `${wanted.padEnd(9)} ${verdict(measured, wanted)}`}`);
    }
  }
}

/** Of a bound such as "< 1,000". */
function verdict(measured: number, wanted: string): string {
  const bound = Number(wanted.slice(1).replaceAll(',', ''));
  return (wanted.startsWith('<') ? measured < bound : measured > bound) ? 'holds' : 'MISSED';
}
