// A builder's output in JupyterLab: the widget that lives in the page, and else what was saved.

import { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUILDER_MIME, BUILDERS, type LiveBuilder } from '../../src/builder/messages';
import { BuilderOutput } from '../../src/lab/builder';
import { registry } from '../../src/registry';

const builders = registry<LiveBuilder>(BUILDERS);
let output: BuilderOutput;
let remove: (() => void) | undefined;

const lives = (id: string): void => {
  remove = builders.add({
    id,
    show: (place) => {
      place.textContent = `builder ${id}`;
      return () => { place.textContent = ''; };
    },
  });
};
const rendered = (data: unknown): void => {
  void output.renderModel({ data: { [BUILDER_MIME]: data, 'text/html': 'saved' }, metadata: {}, trusted: false, setData: () => undefined } as never);
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  output = new BuilderOutput(({ data }) => {
    const html = new Widget();
    html.node.textContent = data['text/html'] as string;
    return html;
  });
});
afterEach(() => {
  output.dispose();
  remove?.();
  remove = undefined;
  vi.useRealTimers();
});

describe('the output of a builder', () => {
  it('shows the builder that lives in the page', () => {
    lives('a');
    rendered({ id: 'a' });
    expect(output.node.textContent).toBe('builder a');
  });

  it('shows what was saved where none does, also when another lives', async () => {
    lives('b');
    rendered({ id: 'a' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(output.node.textContent).toBe('saved');
  });

  it('waits a moment for one that comes later, and takes what was saved away when it comes late', async () => {
    rendered({ id: 'a' });
    await vi.advanceTimersByTimeAsync(5000);
    lives('a');
    expect(output.node.textContent).toBe('builder a');
  });

  it('keeps the builder as it was when its kernel has ended', () => {
    lives('a');
    rendered({ id: 'a' });
    remove?.();
    expect(output.node.textContent).toBe('builder a');
  });

  it.each([[null], [[]], ['a'], [{ id: 5 }], [{}]])('takes %j for no builder', async (data) => {
    lives('');
    rendered(data);
    await vi.advanceTimersByTimeAsync(5000);
    expect(output.node.textContent).toBe('saved');
  });
});
