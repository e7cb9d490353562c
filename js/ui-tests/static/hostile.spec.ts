// The static HTML of every hostile answer in a real browser: nothing runs, nothing is fetched, nothing leaves its card.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { Watch } from '../support/watch';
import { PYTHON, REPOSITORY, SCREENS } from '../support/where';

const ORIGIN = 'http://static.localhost';
let folder: string;
let pages: [string, number][];

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'routebook-pages-'));
  execFileSync(PYTHON, ['-m', 'tests.support.hostile_pages', folder], { cwd: REPOSITORY });
  pages = Object.entries(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, number>);
});

test.afterAll(() => {
  rmSync(folder, { recursive: true });
});

for (const scheme of ['light', 'dark'] as const) {
  for (const name of ['page', 'outputs']) {
    test(`the static ${name} of all hostile answers is inert and accessible, in ${scheme} @smoke`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await expectInert(page, `${name}.html`);
      await page.screenshot({ path: `${SCREENS}/static-hostile-${name}-${scheme}.png` });
      await expectAccessible(page, '.rb');
    });
  }
}

test('each huge answer is inert, alone', async ({ context }) => {
  for (const [name] of pages.filter(([name]) => name.startsWith('one-'))) {
    const page = await context.newPage();
    await expectInert(page, name);
    await page.close();
  }
});

async function expectInert(page: Page, name: string): Promise<void> {
  const watch = await Watch.on(page, (url) => url === `${ORIGIN}/${name}`);
  await page.route('**/*', (route) =>
    route.request().url() === `${ORIGIN}/${name}`
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', path: join(folder, name) })
      : route.abort(),
  );
  await page.goto(`${ORIGIN}/${name}`);
  watch.settled();
  await page.locator('details').evaluateAll((all) => {
    for (const one of all as HTMLDetailsElement[]) one.open = true;
  });
  expect(await page.locator('.rb-card').count()).toBe(pages.find(([other]) => other === name)?.[1]);
  expect(await page.evaluate(outside)).toEqual([]);
  await watch.expectSilence();
  expect(watch.errors).toEqual([]);
}

/** What a card paints outside itself, or makes wider than the page. */
function outside(): string[] {
  const found: string[] = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) found.push('the page scrolls sideways');
  for (const card of document.querySelectorAll('.rb-body')) {
    for (const element of card.querySelectorAll('*')) {
      const { position } = getComputedStyle(element);
      if (position === 'fixed' || position === 'absolute') found.push(`${element.tagName} is ${position}`);
    }
  }
  return found;
}
