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
      console.log(`${what.padEnd(72)} ${`${measured.toLocaleString('en')} ${unit}`.padStart(16)}   ${wanted && `wanted: ${wanted}`}`);
    }
  }
}
