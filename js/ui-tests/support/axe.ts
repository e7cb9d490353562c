// axe-core on a part of a page: no serious or critical fault.

import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const SOURCE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

declare const axe: { run(where: string, options: object): Promise<AxeResults> };

/** Expect that axe finds nothing serious in what matches `where`. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(SOURCE);
  const results = await page.evaluate(
    (selector) =>
      axe.run(selector, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } }),
    where,
  );
  const serious = results.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(
    serious.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => `${html.slice(0, 200)} :: ${failureSummary ?? ''}`),
    })),
  ).toEqual([]);
}
