// The built widget in anywidget's own front end and a real widget manager.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { BUSY } from '../../src/asking';
import { findLive, type LiveRun } from '../../src/live';
import type { Change, Changes, Comparison, Reply } from '../../src/messages';
import { opened, RUNNING, STREAMING, type Page } from './support';

const ID = RUNNING.run.id;
const { id: ANSWER, text: TEXT } = STREAMING;

const pages: Page[] = [];

async function begun(comparison?: Comparison, seq?: number): Promise<Page & { live: LiveRun }> {
  const page = await opened(comparison, seq);
  pages.push(page);
  const live = await vi.waitUntil(() => findLive(ID));
  return { ...page, live };
}

const grown = (seq: number, change: Omit<Change, 'answer'>): Changes => ({
  kind: 'changes',
  seq,
  changes: [{ answer: ANSWER, ...change }],
});

const textOf = ({ live }: { live: LiveRun }): string | undefined =>
  live.current().comparison.prompts.flatMap(({ answers }) => answers).find(({ id }) => id === ANSWER)?.text;

afterEach(async () => {
  for (const { kernel } of pages.splice(0)) kernel.end();
  await vi.waitUntil(() => !findLive(ID));
  document.body.replaceChildren();
  vi.useRealTimers();
});

describe('a live widget', () => {
  it('is in the list of live runs before anything displays it, and keeps what comes', async () => {
    const page = await begun();
    page.kernel.say(grown(1, { text: ' and on' }));
    await vi.waitFor(() => {
      expect(textOf(page)).toBe(`${TEXT} and on`);
    });
    expect(page.live.current().seq).toBe(1);
  });

  it('shows what came before it was displayed, and what comes after', async () => {
    const page = await begun();
    page.kernel.say(grown(1, { text: ' before' }));
    const { element } = await page.display();
    page.kernel.say(grown(2, { text: ' after' }));
    await vi.waitFor(() => {
      expect(element.textContent).toContain(' before after');
    });
  });

  it('asks for a snapshot once when a message is missing, and goes on from it', async () => {
    const page = await begun();
    page.kernel.say(grown(2, { text: 'too early' }));
    page.kernel.say(grown(3, { text: 'too early' }));
    await vi.waitFor(() => {
      expect(page.kernel.heard).toMatchObject([{ kind: 'resync', run: ID }]);
    });
    expect(textOf(page)).toBe(TEXT);
    page.kernel.say({ kind: 'snapshot', seq: 5, comparison: RUNNING });
    page.kernel.say(grown(6, { text: ' again' }));
    await vi.waitFor(() => {
      expect(textOf(page)).toBe(`${TEXT} again`);
    });
    expect(page.kernel.heard).toHaveLength(1);
  });

  it('leaves out what a snapshot had already', async () => {
    const page = await begun(RUNNING, 7);
    page.kernel.say(grown(7, { text: 'twice' }));
    page.kernel.say(grown(8, { text: ' once' }));
    await vi.waitFor(() => {
      expect(textOf(page)).toBe(`${TEXT} once`);
    });
  });

  it('gives each question the reply with its id', async () => {
    const page = await begun();
    const first = page.live.ask({ kind: 'stop', run: ID, model: 'openai/gpt-6.1-terra' });
    const second = page.live.ask({ kind: 'stop', run: ID, model: null });
    const [one, two] = page.kernel.heard;
    page.kernel.say({ kind: 'reply', id: two?.id ?? '', ok: true, answer: 'stopped' });
    page.kernel.say({ kind: 'reply', id: one?.id ?? '', ok: false, error: 'It has finished.' });
    await expect(second).resolves.toMatchObject({ ok: true });
    await expect(first).resolves.toMatchObject({ ok: false, error: 'It has finished.' });
  });

  it('shows a vote to who looks later', async () => {
    const page = await begun();
    const vote = { id: 'v', by: 'ada', at: '2026-11-20T14:05:00+00:00', kind: 'rating', rating: 4 } as const;
    const ballot = { kind: 'rating', prompt: 'p', answer: ANSWER, rating: 4, blind: false, order: [] } as const;
    const asked = page.live.ask({ kind: 'vote', run: ID, ballot: { ...ballot, order: [] } });
    const id = page.kernel.heard[0]?.id ?? '';
    const reply: Reply = { kind: 'reply', id, ok: true, answer: 'voted', vote: { ...ballot, ...vote, order: [] } };
    page.kernel.say(reply);
    await asked;
    expect(page.live.current().comparison.votes).toMatchObject([{ id: 'v', rating: 4 }]);
  });

  it('says so when a reply is late, and takes it all the same', async () => {
    const page = await begun();
    const { element } = await page.display();
    const stop = await vi.waitUntil(() => [...element.querySelectorAll('button')].find((one) => /stop all/i.test(one.textContent)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    stop.click();
    const line = element.querySelector('.rbv-shell-line');
    await vi.advanceTimersByTimeAsync(3000);
    expect(line?.textContent).toBe('');
    await vi.advanceTimersByTimeAsync(3000);
    expect(line?.textContent).toBe(BUSY);
    page.kernel.say({ kind: 'reply', id: page.kernel.heard[0]?.id ?? '', ok: true, answer: 'stopped' });
    await vi.advanceTimersByTimeAsync(10);
    expect(line?.textContent).toBe('');
  });

  it('says what is left when the kernel is restarted, and leaves no question waiting', async () => {
    const page = await begun();
    const asked = page.live.ask({ kind: 'stop', run: ID, model: null });
    page.disconnect();
    await expect(asked).rejects.toThrow('The kernel has ended.');
    expect(page.live.current().comparison.run.status).toBe('interrupted');
  });

  it.each(['before', 'after'])('moves when its view is replaced, the old one being taken away %s', async (when) => {
    const page = await begun();
    const before = await page.display();
    const button = await vi.waitUntil(() => before.element.querySelector<HTMLElement>('button'));
    if (when === 'before') before.remove();
    const after = await page.display();
    if (when === 'after') before.remove();
    await vi.waitUntil(() => after.element.contains(button));
    page.kernel.say(grown(1, { text: ' on and on' }));
    await vi.waitFor(() => {
      expect(after.element.textContent).toContain('on and on');
    });
  });

  it('is shown in both places when it is displayed twice', async () => {
    const page = await begun();
    const first = await page.display();
    const second = await page.display();
    page.kernel.say(grown(1, { text: ' twice' }));
    for (const { element } of [first, second]) {
      await vi.waitFor(() => {
        expect(element.textContent).toContain('twice');
      });
    }
  });

  it('is gone from the list when the kernel closes it', async () => {
    const page = await begun();
    const { element } = await page.display();
    page.kernel.end();
    await vi.waitUntil(() => !findLive(ID));
    expect(element.querySelector('.rbv-shell-line')?.textContent).toBe('');
  });
});
