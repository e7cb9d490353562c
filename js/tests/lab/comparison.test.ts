import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComparisonOutput } from '../../src/lab/comparison';
import { NO_KERNEL } from '../../src/lab/port';
import { addLive, type LiveRun } from '../../src/live';
import type { Changes, Comparison, FromPage, Reply, Snapshot } from '../../src/messages';
import { asContext, FINISHED, LabKernel, OutputModel, RUNNING, sessionWith, type LabSession } from './support';

const ORPHANED = 'The kernel ended in the middle of this run';
const endings: (() => void)[] = [];

function shown(value: unknown, session: LabSession | null = null): { output: ComparisonOutput; model: OutputModel } {
  const output = new ComparisonOutput({ session: () => session && asContext(session) });
  endings.push(() => {
    output.dispose();
  });
  const model = new OutputModel(value);
  model.render = () => void output.renderModel(model);
  model.render();
  Widget.attach(output, document.body);
  return { output, model };
}

/** A run in the page's list, as the widget puts it there. */
function live(comparison: Comparison): { run: LiveRun; say: (message: Snapshot | Changes) => void; leave: () => void } {
  const listeners = new Set<(message: Snapshot | Changes) => void>();
  let now = comparison;
  const run: LiveRun = {
    id: comparison.run.id,
    current: () => ({ comparison: now, seq: 0 }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask: () => Promise.reject(new Error('asked through the widget')),
    voted: () => undefined,
  };
  const leave = addLive(run);
  endings.push(leave);
  const say = (message: Snapshot | Changes): void => {
    if (message.kind === 'snapshot') now = message.comparison;
    for (const listener of listeners) listener(message);
  };
  return { run, say, leave };
}

const noted = (comparison: Comparison, note: string): Comparison => ({ ...comparison, notes: [note] });

async function drawn(output: Widget, words: string): Promise<void> {
  await vi.advanceTimersByTimeAsync(50);
  expect(output.node.textContent).toContain(words);
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  for (const end of endings.splice(0)) end();
  vi.useRealTimers();
});

describe('a saved comparison', () => {
  it('is shown without a kernel, which votes would need', async () => {
    const { output } = shown(FINISHED);
    await drawn(output, 'gpt-6.1-terra');
    expect(output.node.textContent).not.toContain(ORPHANED);
  });

  it('is changed in place when the output is updated', async () => {
    const { output, model } = shown(noted(FINISHED, 'before'));
    const root = output.node.firstElementChild?.firstElementChild;
    model.data = { ...new OutputModel(noted(FINISHED, 'after')).data };
    await output.renderModel(model);
    await drawn(output, 'after');
    expect(output.node.firstElementChild?.firstElementChild).toBe(root);
  });

  it.each([
    ['nothing', null],
    ['text', '<img src=x onerror=alert(1)>'],
    ['half a document', { routebook: 1, run: RUNNING.run }],
    ['markup for names', { ...FINISHED, models: '<b>models</b>' }],
  ])('that is %s is refused in words', async (_, value) => {
    const { output } = shown(value);
    await drawn(output, 'Run its cell again');
    expect(output.node.querySelectorAll('b, img')).toHaveLength(0);
  });

  it('shows the next good document after a bad one', async () => {
    const { output } = shown('bad');
    await output.renderModel(new OutputModel(FINISHED));
    await drawn(output, 'gpt-6.1-terra');
    expect(output.node.textContent).not.toContain('Run its cell again');
  });
});

describe('a vote', () => {
  const tie = ({ node }: ComparisonOutput): HTMLButtonElement | undefined =>
    [...node.querySelectorAll('button')].find(({ textContent }) => /tie/i.test(textContent));
  const stored = (message: FromPage): Reply => {
    if (message.kind !== 'vote') throw new Error(`asked to ${message.kind}`);
    const vote = { ...message.ballot, id: 'f'.repeat(32), by: 'ada', at: '2026-11-20T14:05:00+00:00' };
    return { kind: 'reply', id: message.id, ok: true, answer: 'voted', vote };
  };

  it('is written into the notebook, and the view stays as it is', async () => {
    const kernel = new LabKernel(stored);
    const { output, model } = shown(FINISHED, sessionWith(kernel));
    await drawn(output, 'Tie');
    const button = tie(output);
    button?.click();
    await drawn(output, 'tie');
    expect(kernel.heard).toMatchObject([{ kind: 'vote', run: FINISHED.run.id, ballot: { winner: 'tie' } }]);
    expect(model.written?.votes).toMatchObject([{ by: 'ada', winner: 'tie' }]);
    expect(model.data['text/plain']).toBe('a comparison');
    expect(tie(output)).toBe(button);
  });

  it('needs a kernel, and says how to get one', async () => {
    const { output, model } = shown(FINISHED);
    await drawn(output, 'Tie');
    tie(output)?.click();
    await vi.advanceTimersByTimeAsync(50);
    expect(output.node.outerHTML).toContain(NO_KERNEL.slice(0, 30));
    expect(model.written).toBeNull();
  });
});

describe('a comparison that goes on', () => {
  it('follows the live run of the page', async () => {
    const { say } = live(RUNNING);
    const { output } = shown(RUNNING);
    say({ kind: 'snapshot', seq: 1, comparison: noted(RUNNING, 'fresh from the kernel') });
    await drawn(output, 'fresh from the kernel');
  });

  it('follows a live run that appears later, even after it was given up', async () => {
    const { output } = shown(RUNNING);
    await vi.advanceTimersByTimeAsync(4000);
    await drawn(output, ORPHANED);
    live(noted(RUNNING, 'late'));
    await drawn(output, 'late');
    expect(output.node.textContent).not.toContain(ORPHANED);
  });

  it('is taken to be all that is left when no live run appears', async () => {
    const { output } = shown(RUNNING);
    await vi.advanceTimersByTimeAsync(2000);
    expect(output.node.textContent).not.toContain(ORPHANED);
    await vi.advanceTimersByTimeAsync(2000);
    await drawn(output, ORPHANED);
  });

  it.each(['busy', 'unknown'] as const)('is not said to have ended while its kernel is %s, nor when it is idle then', async (status) => {
    const kernel = new LabKernel();
    kernel.status = status;
    const { output } = shown(RUNNING, sessionWith(kernel));
    await vi.advanceTimersByTimeAsync(4000);
    await drawn(output, 'opened in the middle of the run');
    kernel.become('idle');
    await vi.advanceTimersByTimeAsync(50);
    expect(output.node.textContent).not.toContain(ORPHANED);
    kernel.become('restarting');
    await drawn(output, ORPHANED);
  });

  it('is not taken back to an older document when the widget goes before the last document comes', async () => {
    const { say, leave } = live(RUNNING);
    const { output, model } = shown(RUNNING);
    say({ kind: 'snapshot', seq: 1, comparison: noted({ ...RUNNING, run: FINISHED.run }, 'all came') });
    leave();
    await drawn(output, 'all came');
    model.setData({ data: new OutputModel(noted(FINISHED, 'saved')).data });
    await drawn(output, 'saved');
  });

  it('asks its own kernel, not through the widget', async () => {
    live(RUNNING);
    const kernel = new LabKernel(({ id }) => ({ kind: 'reply', id, ok: true, answer: 'stopped' }));
    const { output } = shown(RUNNING, sessionWith(kernel));
    await drawn(output, 'Stop all');
    const button = [...output.node.querySelectorAll('button')].find(({ textContent }) => /stop all/i.test(textContent));
    button?.click();
    await vi.advanceTimersByTimeAsync(50);
    expect(kernel.heard).toMatchObject([{ kind: 'stop', run: RUNNING.run.id, model: null }]);
    expect(kernel.opened).toBe(1);
  });

  it('keeps what came when its kernel dies, and says so at once', async () => {
    const { say } = live(RUNNING);
    const kernel = new LabKernel();
    const { output } = shown(RUNNING, sessionWith(kernel));
    say({ kind: 'snapshot', seq: 1, comparison: noted(RUNNING, 'came in time') });
    kernel.become('dead');
    await drawn(output, 'came in time');
    await drawn(output, ORPHANED);
  });

  it('does not follow what a restarted kernel left in the page', async () => {
    const { say } = live(RUNNING);
    const kernel = new LabKernel();
    const { output } = shown(RUNNING, sessionWith(kernel));
    kernel.become('restarting');
    kernel.become('idle');
    say({ kind: 'snapshot', seq: 1, comparison: noted(RUNNING, 'from the grave') });
    await drawn(output, ORPHANED);
    expect(output.node.textContent).not.toContain('from the grave');
  });
});
