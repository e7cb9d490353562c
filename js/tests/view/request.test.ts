// What was asked, and the figures as a table.

import { h, render } from 'preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Reply } from '../../src/messages';
import type { Host } from '../../src/view/host';
import { RequestPanel } from '../../src/view/request';
import { TableTwin } from '../../src/view/table';
import { answer, comparison, model, prompt } from './comparisons';

HTMLDialogElement.prototype.showModal = function showModal() {
  this.open = true;
};
const element = document.createElement('div');
document.body.append(element);
afterEach(() => {
  render(null, element);
});

async function asked(ask: Host['ask'], until: string): Promise<string> {
  render(null, element);
  render(
    h(RequestPanel, {
      answer: answer('a', { request_id: 'req_1', input_tokens: null }),
      prompt: prompt(1, []),
      model: model(0),
      run: comparison().run,
      host: { ask, unavailable: () => null },
      onClose: () => undefined,
    }),
    element,
  );
  await vi.waitFor(() => {
    expect(element.textContent).toContain(until);
  });
  return element.textContent;
}

describe('the request', () => {
  it('is what the kernel says was sent', async () => {
    const questions: unknown[] = [];
    const text = await asked((question) => {
      questions.push(question);
      return Promise.resolve({
        kind: 'reply',
        id: '1',
        ok: true,
        answer: 'request',
        request: { protocol: 'OpenAI Responses', body: { model: 'm', input: 'exactly this' } },
      } satisfies Reply);
    }, 'What was sent, OpenAI Responses');
    expect(questions).toEqual([{ kind: 'request', run: comparison().run.id, answer: 'a' }]);
    expect(text).toContain('"input": "exactly this"');
    expect(text).toContain('req_1');
    expect(text).toContain('tokens inunknown');
  });

  it('is what the saved comparison knows where the kernel refuses or is not there', async () => {
    const refusal: Reply = { kind: 'reply', id: '1', ok: false, error: 'The run is gone.' };
    const refused = await asked(() => Promise.resolve(refusal), 'The exact request is not here: The run is gone.');
    expect(refused).toContain('"model": "host/model-0"');
    await asked(() => Promise.reject(new Error('No kernel.')), 'The exact request is not here: No kernel.');
  });
});

describe('the table of figures', () => {
  const table = (hides: boolean): string[][] => {
    render(
      h(TableTwin, {
        answers: [answer('a', { usd: null, list_usd: null, text: 'four', reasoning_tokens: null }), answer('b', { model: 1, phase: 'streaming' })],
        models: [model(0), model(1)],
        scores: new Map([['a', [{ name: 'exact', value: 1 }]]]),
        name: ({ model: index }) => (hides ? 'Answer' : `model-${index ?? '?'}`),
        repeats: false,
        hides,
      }),
      element,
    );
    return [...element.querySelectorAll('tr')].map((row) => [...row.children].map((cell) => cell.textContent));
  };

  it('has every figure, and says what is unknown or still to come', () => {
    const [heads, first, second] = table(false);
    const cell = (row: string[] | undefined, head: string) => row?.[heads?.indexOf(head) ?? -1];
    expect(cell(first, 'answer')).toBe('model-0');
    expect(cell(first, 'cost')).toBe('unknown');
    expect(cell(first, 'total')).toBe('2.0 s');
    expect(cell(first, 'reasoning')).toBe('unknown');
    expect(cell(first, 'from cache')).toBe('0');
    expect(cell(first, 'characters')).toBe('4');
    expect(cell(first, 'exact')).toBe('1.00');
    expect(cell(second, 'exact')).toBe('–');
    expect(cell(second, 'state')).toBe('streaming');
    expect(cell(second, 'cost')).toBe('–');
  });

  it('has none of them while it is blind', () => {
    expect(table(true)[0]).toEqual(['answer', 'state', 'characters']);
  });
});
