// How quick the view is: `make bench-view` prints the table and writes build/bench-view.json. Not a test: nothing is asserted
// but that there was something to measure.

import { COMPARISON_MIME, type Changes } from '../../src/messages';
import { comparison } from '../support/comparison';
import { code, expect, test as inNotebook } from '../support/notebook';
import { test as alone } from '../support/view';
import { note, quantile } from './figures';

const MODELS = 8;
const CHUNKS_PER_S = 100;
const SECONDS = 8;
const MESSAGES_PER_S = 25;

alone('the view alone, fed as a kernel feeds it', async ({ view, page }) => {
  const open = comparison({ models: MODELS, text: () => '', each: () => ({ phase: 'streaming', text: '' }) });
  open.run.status = 'running';
  await view.show(open, 0);
  const [frames, longest] = await page.evaluate(
    async ([ids, seconds, perSecond, words]) => {
      const began = performance.now();
      const gaps: number[] = [];
      let last = began;
      let seq = 0;
      const feed = setInterval(() => {
        const changes = ids.map((answer) => ({ answer, text: words.repeat(4) + (seq % 20 ? '' : '\n\n') }));
        window.harness.apply({ kind: 'changes', seq: ++seq, changes } satisfies Changes);
      }, 1000 / perSecond);
      await new Promise<void>((done) => {
        const frame = (now: number): void => {
          gaps.push(now - last);
          last = now;
          if (now - began < seconds * 1000) requestAnimationFrame(frame);
          else done();
        };
        requestAnimationFrame(frame);
      });
      clearInterval(feed);
      return [gaps.length / seconds, Math.max(...gaps)] as const;
    },
    [open.prompts[0]?.answers.map(({ id }) => id) ?? [], SECONDS, MESSAGES_PER_S, 'token '] as const,
  );
  note(`view alone, ${MODELS} models, ${MESSAGES_PER_S} messages/s of 4 chunks each: frames`, frames, 'frames/s', '> 50');
  note('the same: longest time between two frames', longest, 'ms', '');
});

alone('the view alone, with 1,000 prompts and 4 models', async ({ view, page }) => {
  const large = comparison({ prompts: 1_000 });
  const shown = await page.evaluate(async (one) => {
    const began = performance.now();
    window.harness.show(one);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    return performance.now() - began;
  }, large);
  await expect(page.locator('.rbv-card')).toHaveCount(4);
  note('view alone: 1,000 prompts x 4 models, first picture', shown, 'ms', '< 1,000');
  const steps = await page.evaluate(async () => {
    const list = document.querySelector<HTMLElement>('.rbv-list');
    const times: number[] = [];
    for (let step = 0; list && step < 120; step++) {
      const began = performance.now();
      list.scrollTop = (step * 211) % list.scrollHeight;
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      times.push(performance.now() - began);
    }
    return times;
  });
  note('the same: a scrolled frame, p95', quantile(steps, 0.95), 'ms', '< 20');
  void view;
});

inNotebook.describe('in JupyterLab', () => {
  inNotebook.use({ viewport: { width: 1600, height: 1000 } });

  inNotebook('8 models stream 100 chunks a second each', async ({ notebook }) => {
    const models = Array.from({ length: MODELS }, (_, model) => `stage/clock-${model + 1}`).join(' ');
    await notebook.open([
      '%load_ext routebook\nimport json',
      `%%compare ${models} --no-cache --name run\n${CHUNKS_PER_S} ${SECONDS}`,
      'print(json.dumps(run.run.loop_lag_ms))',
    ]);
    await notebook.page.evaluate(watchTheClock);
    await notebook.start();
    const seen = notebook.view(1);
    await expect(seen.locator('.rbv-card').last().locator('.rbv-text')).toContainText(/t\d{13}/);
    const frames = await notebook.page.evaluate(countFrames, (SECONDS - 3) * 1000);
    await notebook.done(2);
    const delays = await notebook.page.evaluate(() => (window as unknown as { delays: number[] }).delays);
    expect(delays.length).toBeGreaterThan(100);
    const lag = JSON.parse(/\{.*\}/.exec((await notebook.output(2).textContent()) ?? '')?.[0] ?? '{}') as Record<string, number>;
    note(`JupyterLab, ${MODELS} models x ${CHUNKS_PER_S} chunks/s: frames`, frames, 'frames/s', '> 50');
    note('the same: a chunk from the kernel to the screen, median', quantile(delays, 0.5), 'ms', '< 100');
    note('the same: a chunk from the kernel to the screen, p95', quantile(delays, 0.95), 'ms', '');
    note("the same: the kernel's loop lag, p95", lag.p95 ?? Number.NaN, 'ms', '< 10');
  });

  inNotebook('a saved comparison of 1,000 prompts and 4 models opens', async ({ notebook }) => {
    const large = comparison({ prompts: 1_000 });
    const output = (data: Record<string, unknown>) => [{ output_type: 'display_data', data, metadata: {} }];
    notebook.write([code('run', output({ 'text/plain': JSON.stringify(large) }))], 'plain.ipynb');
    notebook.write([code('run', output({ [COMPARISON_MIME]: large, 'text/plain': 'plain' }))], 'view.ipynb');
    notebook.write([code('run', output({ 'application/x-unknown+json': large, 'text/plain': 'plain' }))], 'unknown.ipynb');
    const times: Record<'plain' | 'unknown' | 'view', number[]> = { plain: [], unknown: [], view: [] };
    for (let round = 0; round < 5; round++) {
      for (const name of ['plain', 'unknown', 'view'] as const) {
        const began = Date.now();
        await notebook.reopen(`${name}.ipynb`);
        await expect(notebook.output(0).locator(name === 'view' ? '.rbv-card' : 'pre').first()).toBeVisible();
        times[name].push(Date.now() - began);
        await notebook.noKernel();
      }
    }
    const [plain, unknown, view] = [quantile(times.plain, 0.5), quantile(times.unknown, 0.5), quantile(times.view, 0.5)];
    note('JupyterLab: 1,000 prompts x 4 models opens', view, 'ms', '');
    note("the same beyond Lab's own time (the same data, not drawn)", view - unknown, 'ms', '< 1,000');
    note('the same beyond the data as plain text', view - plain, 'ms', '< 1,000');
  });
});

/** In the page: from now on, keep how old each newest time stamp is when it has just been drawn. */
function watchTheClock(): void {
  const delays: number[] = [];
  Object.assign(window, { delays });
  const newest = new Map<Element, string>();
  new MutationObserver(() => {
    for (const text of document.querySelectorAll('.rbv-text')) {
      const stamp = /t(\d{13})\D*$/.exec(text.textContent.slice(-40))?.[1];
      if (!stamp || newest.get(text) === stamp) continue;
      newest.set(text, stamp);
      requestAnimationFrame(() => setTimeout(() => delays.push(Date.now() - Number(stamp)), 0));
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}

/** In the page: frames a second, for so many milliseconds. */
function countFrames(milliseconds: number): Promise<number> {
  return new Promise((done) => {
    const began = performance.now();
    let frames = 0;
    const frame = (now: number): void => {
      frames++;
      if (now - began < milliseconds) requestAnimationFrame(frame);
      else done((1000 * frames) / (now - began));
    };
    requestAnimationFrame(frame);
  });
}
