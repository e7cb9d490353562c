// A ballot in a real browser: opened from the disk, over http, and in a frame that may keep nothing; voted on by mouse and
// by keyboard; and what is handed in is what Python collects.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { alive } from '../support/inert';
import { Watch } from '../support/watch';
import { PYTHON, REPOSITORY, SCREENS } from '../support/where';

/** Not a secure context: such a page has no `crypto.subtle` and no clipboard. */
const PLAIN_HTTP = 'http://class.example';
let folder: string;

const python = (...words: string[]): string =>
  execFileSync(PYTHON, ['-m', 'tests.support.ballot_pages', ...words], { cwd: REPOSITORY, encoding: 'utf8' });
const file = (name: string): string => pathToFileURL(join(folder, name)).href;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'routebook-ballot-'));
  python('write', folder);
});
test.afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function serve(page: Page): Promise<void> {
  await page.route('**/*', (route) =>
    route.request().url() === `${PLAIN_HTTP}/ballot.html`
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', path: join(folder, 'ballot.html') })
      : route.abort(),
  );
}

async function begin(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Begin' }).click();
  await expect(page.getByText('1 of 3')).toBeVisible();
}

/** Saves the votes into the folder, and returns what the file is called. */
async function save(page: Page): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save my votes' }).click()]);
  await download.saveAs(join(folder, download.suggestedFilename()));
  return download.suggestedFilename();
}

/** What the votes say, by question. */
const choose = async (page: Page, press: (choice: string) => Promise<void>): Promise<void> => {
  for (const far of ['1 of 3', '2 of 3', '3 of 3']) {
    await expect(page.getByRole('status')).toHaveText(far);
    await press((await page.locator('.rbb-asked').textContent())?.includes('17') ? 'Tie' : 'B is better');
  }
};

test('votes by mouse from the disk and by keyboard over plain http are what Python collects @smoke', async ({ page }) => {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));

  await page.goto(file('ballot.html'));
  await begin(page, 'Ada Lovelace');
  await choose(page, (choice) => page.getByRole('button', { name: choice }).click());
  expect(await save(page)).toBe('ballot-which-answer-is-better-ada-lovelace.json');
  await expect(page.getByText('Hand this file in')).toBeVisible();

  await serve(page);
  await page.goto(`${PLAIN_HTTP}/ballot.html`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await page.keyboard.press('Tab');
  await page.keyboard.type('Grace');
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 of 3')).toBeVisible();
  await page.keyboard.press('m');
  await page.keyboard.type('1: as I like');
  await page.keyboard.press('Enter');
  await choose(page, (choice) => page.keyboard.press(choice === 'Tie' ? '3' : '2'));
  await page.getByRole('button', { name: 'Save my votes' }).focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  await download.saveAs(join(folder, download.suggestedFilename()));

  const merged = JSON.parse(python('collect', folder)) as { files: string[][]; votes: string[][] };
  expect(merged.files).toEqual([['Ada Lovelace', 'collected', ''], ['Grace', 'collected', '']]);
  for (const voter of ['Ada Lovelace', 'Grace']) {
    const winners = merged.votes.filter(([by]) => by === voter).map(([, winner]) => winner);
    expect(winners.sort()).toEqual(['b', 'b', 'tie']);
  }
  expect(merged.votes.filter(([, , note]) => note === '1: as I like')).toHaveLength(1);
  expect(errors).toEqual([]);
});

test('what was said is there when the page is opened again', async ({ page }) => {
  await page.goto(file('ballot.html'));
  await begin(page, 'Ada');
  await page.keyboard.press('2');
  await expect(page.getByText('2 of 3')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Welcome back, Ada: you have judged 1 of 3 pairs')).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByRole('button', { name: 'B is better' })).toHaveAttribute('aria-pressed', 'true');
});

test('in a frame that may keep and save nothing, votes can still be copied', async ({ page }) => {
  copyFileSync(join(folder, 'ballot.html'), join(folder, 'inner.html'));
  writeFileSync(join(folder, 'frame.html'), '<iframe sandbox="allow-scripts" src="inner.html" width="1000" height="700"></iframe>');
  await page.goto(file('frame.html'));
  const frame = page.frameLocator('iframe');
  await frame.getByLabel('Your name').fill('Ada');
  await frame.getByRole('button', { name: 'Begin' }).click();
  await expect(frame.getByText('This browser keeps nothing of this page')).toBeVisible();
  for (const far of ['1 of 3', '2 of 3', '3 of 3']) {
    await expect(frame.getByRole('status')).toHaveText(far);
    await frame.getByRole('button', { name: 'A is better' }).click();
  }
  await frame.getByText('The file is not there?').click();
  writeFileSync(join(folder, 'pasted.json'), await frame.getByLabel('Your votes as a text').inputValue());
  const merged = JSON.parse(python('collect', folder)) as { files: string[][] };
  expect(merged.files).toEqual([['Ada', 'collected', '']]);
});

for (const scheme of ['light', 'dark'] as const) {
  test(`each screen is accessible and fits, in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    for (const [size, width, height] of [['wide', 1280, 850], ['narrow', 360, 700]] as const) {
      await page.setViewportSize({ width, height });
      await page.goto(file('ballot.html'));
      await page.evaluate(() => { localStorage.clear(); });
      await page.reload();
      const look = async (screen: string): Promise<void> => {
        await page.screenshot({ path: `${SCREENS}/ballot-${screen}-${size}-${scheme}.png` });
        await expectAccessible(page, 'body');
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      };
      await look('start');
      await begin(page, 'Ada');
      for (const far of ['1 of 3', '2 of 3', '3 of 3']) {
        await expect(page.getByRole('status')).toHaveText(far);
        await look(`pair-${far.slice(0, 1)}`);
        await page.getByRole('button', { name: 'A is better' }).click();
      }
      await page.getByText('The file is not there?').click();
      await look('end');
      await page.reload();
      await look('again');
    }
  });
}

test('hostile answers do nothing, each in its turn', async ({ page }) => {
  const watch = await Watch.on(page, (url) => url === file('hostile.html'));
  await page.goto(file('hostile.html'));
  watch.settled();
  await page.getByLabel('Your name').selectOption('Grace');
  await page.getByRole('button', { name: 'Begin' }).click();
  const pairs = (readFileSync(join(folder, 'hostile.html'), 'utf8').match(/<template id="p/g) ?? []).length;
  expect(pairs).toBeGreaterThan(50);
  for (let number = 1; number <= pairs; number++) {
    await expect(page.getByText(`${number} of ${pairs}`, { exact: true })).toBeVisible();
    expect(await alive(page.locator('.rbb-pair'))).toEqual([]);
    await page.getByRole('button', { name: 'Both bad' }).click();
  }
  await expect(page.getByText(`you have judged all ${pairs} pairs`)).toBeVisible();
  await watch.expectSilence();
  expect(watch.errors).toEqual([]);
});
